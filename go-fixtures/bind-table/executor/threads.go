//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"
)

// thread is an OS thread of its own, which ends with its goroutine: nothing else ever runs on it.
type thread struct {
	work chan func() error
	done chan error
	tid  int
}

func newThread() *thread {
	t := &thread{work: make(chan func() error), done: make(chan error)}
	ready := make(chan int)
	go func() {
		// Never unlocked: what it does to its table of descriptors must not reach other goroutines.
		runtime.LockOSThread()
		ready <- syscall.Gettid()
		for work := range t.work {
			t.done <- work()
		}
	}()
	t.tid = <-ready
	return t
}

func (t *thread) do(work func() error) error {
	t.work <- work
	return <-t.done
}

// end returns when the kernel has no such thread any more, and so has dropped its table.
func (t *thread) end() {
	close(t.work)
	for {
		if _, err := os.Stat(t.file("stat")); err != nil {
			return
		}
		time.Sleep(50 * time.Microsecond)
	}
}

func (t *thread) file(name string) string {
	return fmt.Sprintf("/proc/self/task/%d/%s", t.tid, name)
}

func (t *table) startThread(s step) error {
	t.threads[s.As] = newThread()
	return nil
}
