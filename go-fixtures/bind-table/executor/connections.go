//go:build linux && amd64
// +build linux,amd64

package main

import (
	"syscall"
	"unsafe"
)

// listen keeps the answer as bind does.
func (t *table) listen(s step) error {
	_, _, errno := syscall.Syscall(syscall.SYS_LISTEN, uintptr(t.fds[s.Of]), 8, 0)
	if errno == syscall.EADDRINUSE {
		t.claims.FoundInUse(t.claims.Cycles, t.bound[s.Of])
	}
	if s.Fails != "" || (errno != 0 && errno != syscall.EADDRINUSE) {
		return result(errno)
	}
	t.answered = &answer{Call: "listen", Address: t.bound[s.Of], Errno: errnoName(errno)}
	return nil
}

// accept takes a connection that is there already. As is the connection.
func (t *table) accept(s step) error {
	fd := t.fds[s.Of]
	if err := syscall.SetNonblock(fd, true); err != nil {
		return err
	}
	accepted, _, errno := syscall.Syscall6(syscall.SYS_ACCEPT4, uintptr(fd), 0, 0, 0, 0, 0)
	if err := syscall.SetNonblock(fd, false); err != nil {
		return err
	}
	if errno != 0 {
		return errno
	}
	return t.named(s.As, int(accepted))
}

func (t *table) connect(s step) error {
	raw := []byte{syscall.AF_UNSPEC, 0}
	if s.Family != "unspec" {
		var err error
		if raw, _, err = t.sockaddr(s); err != nil {
			return err
		}
	}
	_, _, errno := syscall.Syscall(syscall.SYS_CONNECT, uintptr(t.fds[s.Of]), uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)))
	return result(errno)
}
