//go:build linux && (amd64 || arm64)
// +build linux
// +build amd64 arm64

// Command parked-receive holds a port without a descriptor, the same way each time and with no race in it: one
// thread sleeps in a blocking recvfrom(2), another closes the descriptor, and a bind of the same address fails
// until a datagram has brought the sleeper back. It makes no marks and leaves no claims: logs of it stand for those
// of programs that know nothing of afterclose.
package main

import (
	"flag"
	"fmt"
	"io/ioutil"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
)

func main() {
	port := flag.Int("port", 30017, "UDP port of 127.0.0.1 to hold")
	flag.Parse()
	if err := hold(&syscall.SockaddrInet4{Port: *port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		fmt.Fprintln(os.Stderr, "parked-receive:", err)
		os.Exit(1)
	}
}

func hold(address *syscall.SockaddrInet4) error {
	first, err := open(address)
	if err != nil {
		return err
	}
	back, err := park(first)
	if err != nil {
		return err
	}
	if err := syscall.Close(first); err != nil {
		return err
	}
	second, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.Bind(second, address); err != syscall.EADDRINUSE {
		return fmt.Errorf("bind while the receive is parked: %v, expected EADDRINUSE", err)
	}
	if err := wake(address); err != nil {
		return err
	}
	if err := <-back; err != nil {
		return err
	}
	if err := syscall.Bind(second, address); err != nil {
		return err
	}
	return syscall.Close(second)
}

func open(address *syscall.SockaddrInet4) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return -1, err
	}
	return fd, syscall.Bind(fd, address)
}

// park returns when a thread sleeps in recvfrom(2) on fd; what it came back with is sent on the channel.
func park(fd int) (<-chan error, error) {
	thread := make(chan int)
	back := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		buffer := make([]byte, 16)
		thread <- syscall.Gettid()
		_, _, err := syscall.Recvfrom(fd, buffer, 0)
		back <- err
	}()
	// The number of the call that the thread sleeps in and its arguments, or "running".
	file := fmt.Sprintf("/proc/self/task/%d/syscall", <-thread)
	for {
		content, err := ioutil.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(string(content), fmt.Sprintf("%d 0x%x ", syscall.SYS_RECVFROM, fd)) {
			return back, nil
		}
		time.Sleep(time.Millisecond)
	}
}

func wake(address *syscall.SockaddrInet4) error {
	sender, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(sender)
	return syscall.Sendto(sender, []byte("wake"), 0, address)
}
