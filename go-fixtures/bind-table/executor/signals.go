//go:build linux && amd64
// +build linux,amd64

package main

import (
	"os"
	"os/signal"
	"syscall"
	"unsafe"
)

const (
	interrupting = syscall.SIGUSR1
	restart      = 0x10000000 // SA_RESTART
	maskSize     = 8
)

// action is the kernel's struct sigaction.
type action struct {
	handler  uintptr
	flags    uint64
	restorer uintptr
	mask     uint64
}

// interruptible lets the signal end a call that waits: the handler of the runtime stays, but the kernel does not
// start the call anew behind it.
func interruptible() error {
	signal.Notify(make(chan os.Signal, 1), interrupting)
	var a action
	if err := signalAction(nil, &a); err != nil {
		return err
	}
	a.flags &^= restart
	return signalAction(&a, nil)
}

func signalAction(set, get *action) error {
	_, _, errno := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(interrupting),
		uintptr(unsafe.Pointer(set)), uintptr(unsafe.Pointer(get)), maskSize, 0, 0)
	return result(errno)
}

func tellThread(tid int) error {
	_, _, errno := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(tid), uintptr(interrupting))
	return result(errno)
}
