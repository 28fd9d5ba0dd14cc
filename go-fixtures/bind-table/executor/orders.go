//go:build linux && amd64
// +build linux,amd64

package main

import (
	"runtime"
	"syscall"
	"unsafe"
)

// order is one system call, made by this process or by a child that is told to.
type order struct {
	Number uintptr
	Args   [6]uintptr
	// Of an argument that is an address: 1 + its offset in Data.
	Places [6]uintptr
	Data   [64]byte
	// What it came to.
	Result uintptr
	Errno  uintptr
}

const (
	orderExec   = 1<<32 + iota // the child becomes this program anew
	orderOnExec                // sets close-on-exec on what it was given, and execs
	orderExit
)

// newOrder takes numbers as they are, and bytes as an address of theirs: at most 64 in all.
func newOrder(number uintptr, args ...interface{}) *order {
	o := &order{Number: number}
	used := 0
	for i, each := range args {
		switch arg := each.(type) {
		case int:
			o.Args[i] = uintptr(arg)
		case []byte:
			o.Places[i] = uintptr(1 + used)
			used += copy(o.Data[used:], arg)
		}
	}
	return o
}

// call makes the system call where the step says: in the child In, else in the calling thread.
func (t *table) call(s step, number uintptr, args ...interface{}) (*order, error) {
	o := newOrder(number, args...)
	if s.In != "" {
		if err := t.children[s.In].obeys(o); err != nil {
			return o, err
		}
	} else {
		o.place()
		result, _, errno := syscall.Syscall6(number, o.Args[0], o.Args[1], o.Args[2], o.Args[3], o.Args[4], o.Args[5])
		o.Result, o.Errno = result, uintptr(errno)
		runtime.KeepAlive(o)
	}
	return o, result(syscall.Errno(o.Errno))
}

// place makes addresses of the offsets. The order is on the heap, or on a stack that can not move any more.
//
//go:nosplit
//go:norace
func (o *order) place() {
	for i := range o.Places {
		if o.Places[i] != 0 {
			o.Args[i] = uintptr(unsafe.Pointer(&o.Data)) + o.Places[i] - 1
		}
	}
}

// obey makes the calls that the pipe brings, and says through the other one what they came to, until it is told to
// exec (true) or to exit, or the pipe ends (false). It is also run behind a fork without exec, where there is no Go
// runtime that could be relied on: it makes raw system calls only, on memory that is there already.
//
//go:nosplit
//go:norace
func obey(command, report uintptr, o *order) bool {
	address, size := uintptr(unsafe.Pointer(o)), unsafe.Sizeof(*o)
	// It has begun.
	syscall.RawSyscall(syscall.SYS_WRITE, report, address, size)
	for {
		n, _, errno := syscall.RawSyscall(syscall.SYS_READ, command, address, size)
		if errno == syscall.EINTR {
			continue
		}
		if n != size || o.Number == orderExit {
			return false
		}
		if o.Number == orderExec || o.Number == orderOnExec {
			return true
		}
		o.place()
		result, _, failure := syscall.RawSyscall6(o.Number, o.Args[0], o.Args[1], o.Args[2], o.Args[3], o.Args[4], o.Args[5])
		o.Result, o.Errno = result, uintptr(failure)
		syscall.RawSyscall(syscall.SYS_WRITE, report, address, size)
	}
}

// bytesOf is the order as it goes through a pipe.
func bytesOf(o *order) []byte {
	return (*[unsafe.Sizeof(order{})]byte)(unsafe.Pointer(o))[:]
}
