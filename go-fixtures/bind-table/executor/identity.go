//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"syscall"
)

// setIdentity changes the credentials of the calling thread only: the calls of package syscall change all.
func setIdentity(s step) error {
	var errno syscall.Errno
	id, keep := uintptr(s.Value), ^uintptr(0)
	switch s.Text {
	case "setfsuid":
		_, _, errno = syscall.RawSyscall(syscall.SYS_SETFSUID, id, 0, 0)
	case "setresuid":
		_, _, errno = syscall.RawSyscall(syscall.SYS_SETRESUID, keep, id, keep)
	case "setreuid":
		_, _, errno = syscall.RawSyscall(syscall.SYS_SETREUID, keep, id, 0)
	default:
		return fmt.Errorf("unknown call %q", s.Text)
	}
	return result(errno)
}

// resetIdentity goes back to root, from whatever a situation has left. The fsuid first: only its own call gives
// back the capabilities that went with it, and setresuid sets it too.
func resetIdentity() error {
	_, _, errno := syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
	if errno == 0 {
		_, _, errno = syscall.RawSyscall(syscall.SYS_SETRESUID, 0, 0, 0)
	}
	return result(errno)
}
