//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
)

// thread is an OS thread of its own, which ends with its goroutine: nothing else ever runs on it.
type thread struct {
	work chan func() error
	done chan error
	tid  int
}

func newThread() *thread {
	work, done := make(chan func() error), make(chan error)
	t := startThread(func() {
		for each := range work {
			done <- each()
		}
	})
	t.work, t.done = work, done
	return t
}

// startThread returns when the thread is there, and about to do the one work that it is for.
func startThread(work func()) *thread {
	ready := make(chan int)
	go func() {
		// Never unlocked: what it does to its table of descriptors must not reach other goroutines.
		runtime.LockOSThread()
		ready <- syscall.Gettid()
		work()
	}()
	return &thread{tid: <-ready}
}

func (t *thread) do(work func() error) error {
	t.work <- work
	return <-t.done
}

func (t *thread) end() {
	close(t.work)
	t.awaitEnd()
}

// awaitEnd returns when the kernel has no such thread any more, and so has dropped its table.
func (t *thread) awaitEnd() {
	for {
		if _, _, errno := syscall.RawSyscall(syscall.SYS_TGKILL, uintptr(os.Getpid()), uintptr(t.tid), 0); errno != 0 {
			return
		}
		pause()
	}
}

// pause is nanosleep(2). The timers of the runtime wake a thread that waits for nothing else a millisecond late.
func pause() {
	syscall.Nanosleep(&syscall.Timespec{Nsec: 20000}, nil)
}

func (t *thread) file(name string) string {
	return fmt.Sprintf("/proc/self/task/%d/%s", t.tid, name)
}

func (t *table) startThread(s step) error {
	t.threads[s.As] = newThread()
	return nil
}
