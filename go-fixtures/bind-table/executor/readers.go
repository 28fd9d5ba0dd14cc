//go:build linux && amd64
// +build linux,amd64

package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
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
	"accept":   syscall.SYS_ACCEPT,
}

// park enters the receive call Text on the socket, and returns when the thread sleeps in it.
func (t *table) park(s step) error {
	number, ok := receiveCalls[s.Text]
	if !ok {
		return fmt.Errorf("unknown call %q", s.Text)
	}
	fd := uintptr(t.fd(s))
	r := &reader{address: s}
	t.readers[s.As] = r
	r.thread = startThread(func() {
		r.err = receive(number, fd)
		t.back <- r
	})
	return t.awaitSleep(r, fmt.Sprintf("%d 0x%x ", number, fd))
}

// awaitSleep returns when the thread sleeps in the call, or has come back from it already.
func (t *table) awaitSleep(r *reader, call string) error {
	status, err := os.Open(r.thread.file("syscall"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	defer status.Close()
	// "running", or the number of the call that it sleeps in and the arguments.
	content := make([]byte, len(call))
	for !r.isBack {
		_, err := status.ReadAt(content, 0)
		if err == nil && string(content) == call {
			return nil
		}
		// ESRCH: the thread is gone, and in the channel.
		if err != nil && err != io.EOF && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		select {
		case back := <-t.back:
			back.isBack = true
		default:
			pause()
		}
	}
	return nil
}

func receive(number, fd uintptr) error {
	buffer := make([]byte, 16)
	argument, length := unsafe.Pointer(&buffer[0]), uintptr(len(buffer))
	if number == syscall.SYS_ACCEPT {
		argument, length = nil, 0
	}
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

// interrupt ends a receive call by a signal; unlike a datagram that reaches the one that is meant whoever has its
// address by now, and one that nobody can reach.
func (t *table) interrupt(s step) error {
	r, ok := t.readers[s.Of]
	if !ok {
		return fmt.Errorf("there is no reader %q", s.Of)
	}
	for !r.isBack {
		// ESRCH: it came back meanwhile.
		if err := tellThread(r.thread.tid); err != nil && err != syscall.ESRCH {
			return err
		}
		// A signal that came before the call does not end it.
		for tries := 0; tries < 50 && !r.isBack; tries++ {
			select {
			case back := <-t.back:
				back.isBack = true
			default:
				pause()
			}
		}
	}
	// What its call ended with does not matter.
	_ = t.await(s.Of)
	return nil
}

// interruptAll leaves no reader.
func (t *table) interruptAll() error {
	for name := range t.readers {
		if err := t.interrupt(step{Of: name}); err != nil {
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
	back.thread.awaitEnd()
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
