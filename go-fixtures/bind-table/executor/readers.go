//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

// reader is a thread inside a receive call.
type reader struct {
	thread *thread
	isBack bool
	err    error
	// Where a datagram reaches the socket.
	address step
}

// receiveCalls are those that a reader can be parked in.
var receiveCalls = map[string]uintptr{
	"recvfrom": syscall.SYS_RECVFROM,
	"recvmsg":  syscall.SYS_RECVMSG,
	"read":     syscall.SYS_READ,
}

// park enters the receive call Text on the socket, and returns when the thread sleeps in it.
func (t *table) park(s step) error {
	number, ok := receiveCalls[s.Text]
	if !ok {
		return fmt.Errorf("unknown call %q", s.Text)
	}
	fd := uintptr(t.fds[s.Of])
	r := &reader{thread: newThread(), address: s}
	t.readers[s.As] = r
	go func() {
		r.err = r.thread.do(func() error { return receive(number, fd) })
		t.back <- r
	}()
	for {
		// "running", or the number of the call that it sleeps in and the arguments.
		content, err := os.ReadFile(r.thread.file("syscall"))
		if err != nil {
			return err
		}
		if strings.HasPrefix(string(content), fmt.Sprintf("%d 0x%x ", number, fd)) {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

func receive(number, fd uintptr) error {
	buffer := make([]byte, 16)
	argument, length := unsafe.Pointer(&buffer[0]), uintptr(len(buffer))
	if number == syscall.SYS_RECVMSG {
		vector := &syscall.Iovec{Base: &buffer[0], Len: uint64(len(buffer))}
		argument, length = unsafe.Pointer(&syscall.Msghdr{Iov: vector, Iovlen: 1}), 0
	}
	_, _, errno := syscall.Syscall6(number, fd, uintptr(argument), length, 0, 0, 0)
	runtime.KeepAlive(buffer)
	return result(errno)
}

// returned waits for the reader to come back by itself.
func (t *table) returned(s step) error {
	if _, ok := t.readers[s.Of]; !ok {
		return fmt.Errorf("there is no reader %q", s.Of)
	}
	return t.await(s.Of)
}

// wake lets one of the readers come back, by a datagram from a socket that lives for that only. Which one, of
// several on one socket, is up to the kernel.
func (t *table) wake(s step) error {
	r, ok := t.readers[s.Of]
	if !ok {
		return fmt.Errorf("there is no reader %q", s.Of)
	}
	if err := t.sendTo(r); err != nil {
		return err
	}
	return t.await("")
}

// wakeAll leaves no reader.
func (t *table) wakeAll() error {
	for _, each := range t.readers {
		if err := t.sendTo(each); err != nil {
			return err
		}
	}
	for len(t.readers) > 0 {
		if err := t.await(""); err != nil {
			return err
		}
	}
	return nil
}

// await returns when that reader is back in user mode and its thread is gone; an empty name: any of them.
func (t *table) await(name string) error {
	var back *reader
	for back == nil {
		for each, r := range t.readers {
			if r.isBack && (name == "" || name == each) {
				back = r
				delete(t.readers, each)
				break
			}
		}
		if back == nil {
			(<-t.back).isBack = true
		}
	}
	back.thread.end()
	return back.err
}

func (t *table) sendTo(r *reader) error {
	family := "inet"
	if strings.Contains(r.address.Address, ":") {
		family = "inet6"
	}
	sender := newTable(t.claims)
	defer sender.closeAll()
	if err := sender.open(step{As: "sender", Family: family}); err != nil {
		return err
	}
	to := r.address
	to.Of = "sender"
	return sender.send(to)
}
