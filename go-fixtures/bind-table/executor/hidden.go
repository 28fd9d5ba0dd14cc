//go:build linux && amd64
// +build linux,amd64

package main

import (
	"os"
	"syscall"
	"unsafe"
)

const (
	ioUringSetup    = 425
	ioUringRegister = 427
	registerFiles   = 2 // IORING_REGISTER_FILES
	pidfdOpen       = 434
	pidfdGetfd      = 438
)

// pass puts the socket into a message that nobody receives; As is the receiving end, the sending one is closed.
func (t *table) pass(s step) error {
	pair, err := syscall.Socketpair(syscall.AF_UNIX, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	if err := syscall.Sendmsg(pair[0], []byte{'!'}, syscall.UnixRights(t.fds[s.Of]), nil, 0); err != nil {
		return err
	}
	if err := syscall.Close(pair[0]); err != nil {
		return err
	}
	return t.named(s.As, pair[1])
}

// receive takes the socket out of a message to Of. As is its new descriptor.
func (t *table) receive(s step) error {
	data, control := make([]byte, 1), make([]byte, syscall.CmsgSpace(4))
	_, size, _, _, err := syscall.Recvmsg(t.fds[s.Of], data, control, syscall.MSG_DONTWAIT)
	if err != nil {
		return err
	}
	messages, err := syscall.ParseSocketControlMessage(control[:size])
	if err != nil || len(messages) == 0 {
		return err
	}
	fds, err := syscall.ParseUnixRights(&messages[0])
	if err != nil || len(fds) == 0 {
		return err
	}
	return t.named(s.As, fds[0])
}

// register makes the socket one of the files of the io_uring As.
func (t *table) register(s step) error {
	var parameters [120]byte // struct io_uring_params
	ring, _, errno := syscall.Syscall(ioUringSetup, 1, uintptr(unsafe.Pointer(&parameters[0])), 0)
	if errno != 0 {
		return errno
	}
	if err := t.named(s.As, int(ring)); err != nil {
		return err
	}
	files := [1]int32{int32(t.fds[s.Of])}
	_, _, errno = syscall.Syscall6(ioUringRegister, ring, registerFiles, uintptr(unsafe.Pointer(&files[0])), 1, 0, 0)
	return result(errno)
}

// take makes As another descriptor of Of, by way of pidfd_getfd(2) on this process.
func (t *table) take(s step) error {
	process, _, errno := syscall.Syscall(pidfdOpen, uintptr(os.Getpid()), 0, 0)
	if errno != 0 {
		return errno
	}
	defer syscall.Close(int(process))
	taken, _, errno := syscall.Syscall(pidfdGetfd, process, uintptr(t.fds[s.Of]), 0)
	if errno != 0 {
		return errno
	}
	return t.named(s.As, int(taken))
}
