//go:build linux && amd64
// +build linux,amd64

package main

import (
	"errors"
	"fmt"
	"syscall"
)

func result(errno syscall.Errno) error {
	if errno == 0 {
		return nil
	}
	return errno
}

var errnoNames = map[syscall.Errno]string{
	syscall.EADDRINUSE:    "EADDRINUSE",
	syscall.EADDRNOTAVAIL: "EADDRNOTAVAIL",
	syscall.EACCES:        "EACCES",
	syscall.EINVAL:        "EINVAL",
	syscall.EAFNOSUPPORT:  "EAFNOSUPPORT",
	syscall.ENOTCONN:      "ENOTCONN",
	syscall.ECONNREFUSED:  "ECONNREFUSED",
	syscall.ENETUNREACH:   "ENETUNREACH",
	syscall.EBADF:         "EBADF",
	syscall.EINPROGRESS:   "EINPROGRESS",
	syscall.ECONNABORTED:  "ECONNABORTED",
}

func errnoName(err error) string {
	if err == nil {
		return ""
	}
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return err.Error()
	}
	if name, ok := errnoNames[errno]; ok {
		return name
	}
	return fmt.Sprintf("E%d", int(errno))
}
