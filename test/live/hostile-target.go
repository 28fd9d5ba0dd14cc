// A target that makes life hard for whoever traces it: `hostile-target WHAT`. Standard library only, so that
// `go build` of this one file is enough. Its calls are raw ones: the first act takes the runtime's own descriptors away.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const closeRange = 436 // x86-64

func main() {
	runtime.LockOSThread()
	acts := map[string]func(){
		"close-range": closeAll, "namespace": changeNamespace, "crowd": crowd, "bomb": bomb,
		"shared-table": shareTable, "other-numbers": callByOtherNumbers,
	}
	acts[os.Args[1]]()
}

// closeAll closes every descriptor there can be, the bound one among them, and takes its port again.
func closeAll() {
	bind(1)
	_, _, errno := syscall.RawSyscall(closeRange, 0, uintptr(^uint32(0)), 0)
	must(errno)
	bind(2)
}

// changeNamespace has the same port twice at one time: in two namespaces.
func changeNamespace() {
	bind(1)
	_, _, errno := syscall.RawSyscall(syscall.SYS_UNSHARE, syscall.CLONE_NEWNET, 0, 0)
	must(errno)
	bind(2)
}

// crowd has more processes at one time than the tracer has room for. They end with it.
func crowd() {
	const more = 4096 + 200
	for number := 0; number < more; number++ {
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		if pid == 0 {
			for {
				syscall.RawSyscall(syscall.SYS_PAUSE, 0, 0, 0)
			}
		}
		must(errno)
	}
	time.Sleep(time.Millisecond)
}

// bomb forks without end, also when there is no room for more, and out of reach of signals to its group. Not as root: for it the limit would not hold, and the
// whole machine would stand still.
func bomb() {
	const limitOfProcesses, nobody = 6, 65534
	limit := syscall.Rlimit{Cur: 100, Max: 100}
	if err := syscall.Setrlimit(limitOfProcesses, &limit); err != nil {
		os.Exit(1)
	}
	_, _, errno := syscall.RawSyscall(syscall.SYS_SETUID, nobody, 0, 0)
	must(errno)
	pause := syscall.Timespec{Nsec: int64(time.Millisecond)}
	for {
		pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			syscall.RawSyscall(syscall.SYS_NANOSLEEP, uintptr(unsafe.Pointer(&pause)), 0, 0)
		} else if pid == 0 {
			syscall.RawSyscall(syscall.SYS_SETSID, 0, 0, 0)
		}
	}
}

// shareTable has a receive in flight when another process gets its table, and that one closes the socket.
func shareTable() {
	socket := bind(1)
	receiver := make(chan int)
	go func() {
		runtime.LockOSThread()
		receiver <- syscall.Gettid()
		var packet [8]byte
		syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(socket), uintptr(unsafe.Pointer(&packet)), 8, 0, 0, 0)
	}()
	call := fmt.Sprintf("/proc/self/task/%d/syscall", <-receiver)
	for text := ""; !strings.HasPrefix(text, strconv.Itoa(syscall.SYS_RECVFROM)+" "); {
		read, _ := os.ReadFile(call)
		text = string(read)
	}
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, syscall.CLONE_FILES|uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	if pid == 0 {
		syscall.RawSyscall(syscall.SYS_CLOSE, uintptr(socket), 0, 0)
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}
	must(errno)
	syscall.Wait4(int(pid), nil, 0, nil)
	bind(2)
}

// callByOtherNumbers closes its socket as a 32-bit program would, by a number that means another call elsewhere.
func callByOtherNumbers() {
	socket := bind(1)
	code := []byte{
		0xb8, 6, 0, 0, 0, // mov eax, 6: close
		0xbb, byte(socket), 0, 0, 0, // mov ebx, socket
		0xcd, 0x80, // int 0x80
		0xc3, // ret
	}
	page, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE|syscall.PROT_EXEC,
		syscall.MAP_PRIVATE|syscall.MAP_ANON)
	if err != nil {
		os.Exit(3)
	}
	copy(page, code)
	function := &struct{ code unsafe.Pointer }{unsafe.Pointer(&page[0])}
	(*(*func())(unsafe.Pointer(&function)))()
	bind(2)
}

// bind opens a socket that has the port until somebody closes it. The exit code says which of them was refused.
func bind(exitCode int) int {
	descriptor, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err == nil {
		err = syscall.Bind(descriptor, &syscall.SockaddrInet4{Port: 3001, Addr: [4]byte{127, 0, 0, 1}})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitCode)
	}
	return descriptor
}

func must(errno syscall.Errno) {
	if errno != 0 {
		os.Exit(100 + int(errno)%100)
	}
}
