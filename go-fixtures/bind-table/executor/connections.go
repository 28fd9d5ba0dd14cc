//go:build linux && amd64
// +build linux,amd64

package main

import "syscall"

// listen keeps the answer as bind does.
func (t *table) listen(s step) error {
	_, err := t.call(s, syscall.SYS_LISTEN, t.fd(s), 8)
	if err == syscall.EADDRINUSE {
		t.claims.FoundInUse(t.claims.Cycles, t.bound[s.Of])
	}
	if s.Fails != "" || (err != nil && err != syscall.EADDRINUSE) {
		return err
	}
	t.answered = &answer{Call: "listen", Address: t.bound[s.Of], Errno: errnoName(err)}
	return nil
}

// accept takes a connection that is there already. As is the connection.
func (t *table) accept(s step) error {
	if _, err := t.call(s, syscall.SYS_FCNTL, t.fd(s), syscall.F_SETFL, syscall.O_NONBLOCK); err != nil {
		return err
	}
	accepted, failure := t.call(s, syscall.SYS_ACCEPT4, t.fd(s))
	if _, err := t.call(s, syscall.SYS_FCNTL, t.fd(s), syscall.F_SETFL, 0); err != nil {
		return err
	}
	if failure != nil {
		return failure
	}
	return t.made(s, accepted)
}

func (t *table) connect(s step) error {
	raw := []byte{syscall.AF_UNSPEC, 0}
	if s.Family != "unspec" {
		var err error
		if raw, _, err = t.sockaddr(s); err != nil {
			return err
		}
	}
	_, err := t.call(s, syscall.SYS_CONNECT, t.fd(s), raw, len(raw))
	return err
}
