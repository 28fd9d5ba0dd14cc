//go:build linux && amd64
// +build linux,amd64

package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

const (
	reusePort         = 15  // SO_REUSEPORT
	bindToInterface   = 62  // SO_BINDTOIFINDEX
	closeRangeNumber  = 436 // close_range(2)
	multipathTCP      = 262 // IPPROTO_MPTCP
	closeOnExecFlag   = 4   // CLOSE_RANGE_CLOEXEC
	closeOnExecIoctl  = 0x5451
	keepOnExecIoctl   = 0x5450
	duplicateAndClose = 1030 // F_DUPFD_CLOEXEC
)

// connectTimeout is for a connect to a listener whose backlog is full.
var connectTimeout = syscall.Timeval{Usec: 50000}

// open is socket(2). Text: udp (or empty), tcp or mptcp. Value: 1 for close-on-exec.
func (t *table) open(s step) error {
	family, kind, protocol := syscall.AF_INET, syscall.SOCK_DGRAM, 0
	switch s.Text {
	case "tcp":
		kind = syscall.SOCK_STREAM
	case "mptcp":
		kind, protocol = syscall.SOCK_STREAM, multipathTCP
	}
	if s.Family == "inet6" {
		family = syscall.AF_INET6
	}
	if s.Value == 1 {
		kind |= syscall.SOCK_CLOEXEC
	}
	fd, err := syscall.Socket(family, kind, protocol)
	if err != nil {
		return err
	}
	if kind&syscall.SOCK_STREAM != 0 {
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, syscall.SO_SNDTIMEO, &connectTimeout); err != nil {
			return err
		}
	}
	return t.named(s.As, fd)
}

// bind counts and keeps the answer. Without Fails both success and EADDRINUSE are answers.
func (t *table) bind(s step) error {
	raw, text, err := t.sockaddr(s)
	if err != nil {
		return err
	}
	_, _, errno := syscall.Syscall(syscall.SYS_BIND, uintptr(t.fds[s.Of]), uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)))
	t.claims.Binds++
	if errno == syscall.EADDRINUSE {
		t.claims.FoundInUse(t.claims.Cycles, text)
	}
	if s.Fails != "" {
		return result(errno)
	}
	if errno != 0 && errno != syscall.EADDRINUSE {
		return result(errno)
	}
	if errno == 0 {
		t.bound[s.Of] = text
	}
	t.answered = &answer{Call: "bind", Address: text, Errno: errnoName(errno)}
	return nil
}

// send is sendto(2) of one byte.
func (t *table) send(s step) error {
	raw, _, err := t.sockaddr(s)
	if err != nil {
		return err
	}
	payload := []byte{'!'}
	_, _, errno := syscall.Syscall6(syscall.SYS_SENDTO, uintptr(t.fds[s.Of]), uintptr(unsafe.Pointer(&payload[0])), 1,
		0, uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)))
	return result(errno)
}

// tell is getsockname(2): the port it gives is the one that portTold means.
func (t *table) tell(s step) error {
	address, err := syscall.Getsockname(t.fds[s.Of])
	switch a := address.(type) {
	case *syscall.SockaddrInet4:
		t.told = a.Port
	case *syscall.SockaddrInet6:
		t.told = a.Port
	}
	return err
}

// option sets one of the options that a bind looks at.
func (t *table) option(s step) error {
	fd := t.fds[s.Of]
	switch s.Text {
	case "reuseAddress":
		return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, s.Value)
	case "reusePort":
		return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, reusePort, s.Value)
	case "v6Only":
		return syscall.SetsockoptInt(fd, syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY, s.Value)
	case "interface":
		return syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, bindToInterface, s.Value)
	}
	return fmt.Errorf("unknown option %q", s.Text)
}

// device is SO_BINDTODEVICE; an empty name takes the device away.
func (t *table) device(s step) error {
	name := append([]byte(s.Text), 0)
	_, _, errno := syscall.Syscall6(syscall.SYS_SETSOCKOPT, uintptr(t.fds[s.Of]), syscall.SOL_SOCKET,
		syscall.SO_BINDTODEVICE, uintptr(unsafe.Pointer(&name[0])), uintptr(len(s.Text)), 0)
	return result(errno)
}

// closeRange is close_range(2) over the one descriptor of the socket, with Value for its flags.
func (t *table) closeRange(s step) error {
	fd := uintptr(t.fds[s.Of])
	_, _, errno := syscall.Syscall(closeRangeNumber, fd, fd, uintptr(s.Value))
	if s.Value&closeOnExecFlag == 0 {
		t.closed(s.Of)
	}
	return result(errno)
}

func (t *table) close(s step) error {
	fd := t.fds[s.Of]
	t.closed(s.Of)
	return syscall.Close(fd)
}

func (t *table) closed(name string) {
	if t.forgetsClosed {
		delete(t.fds, name)
	}
}

// duplicate makes As another descriptor of Of. Text says by which call.
func (t *table) duplicate(s step) error {
	fd := t.fds[s.Of]
	command := uintptr(syscall.F_DUPFD)
	switch s.Text {
	case "dup":
		copied, err := syscall.Dup(fd)
		if err != nil {
			return err
		}
		return t.named(s.As, copied)
	case "dup2", "dup3":
		// Its descriptor is taken over.
		taken, ok := t.fds[s.As]
		if !ok {
			return fmt.Errorf("there is no socket %q", s.As)
		}
		if s.Text == "dup2" {
			return syscall.Dup2(fd, taken)
		}
		return syscall.Dup3(fd, taken, syscall.O_CLOEXEC)
	case "F_DUPFD_CLOEXEC":
		command = duplicateAndClose
	}
	copied, _, errno := syscall.Syscall(syscall.SYS_FCNTL, uintptr(fd), command, 0)
	if errno != 0 {
		return errno
	}
	return t.named(s.As, int(copied))
}

// onExec sets (Value 1) or clears close-on-exec. Text says by which call.
func (t *table) onExec(s step) error {
	fd := uintptr(t.fds[s.Of])
	if s.Text == "fcntl" {
		_, _, errno := syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_SETFD, uintptr(s.Value))
		return result(errno)
	}
	request := uintptr(keepOnExecIoctl)
	if s.Value == 1 {
		request = closeOnExecIoctl
	}
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, fd, request, 0)
	return result(errno)
}

// sockaddr gives the bytes for the kernel and the text for people. A family `unspec` with an address is the
// old way to name an IPv4 wildcard.
func (t *table) sockaddr(s step) ([]byte, string, error) {
	port := s.Port
	if port == portTold {
		if port = t.told; port == 0 {
			return nil, "", errors.New("no port was told")
		}
	}
	text := net.JoinHostPort(s.Address, strconv.Itoa(port))
	host, zone := s.Address, 0
	if at := strings.IndexByte(host, '%'); at >= 0 {
		zone, _ = strconv.Atoi(host[at+1:])
		host = host[:at]
	}
	ip := net.ParseIP(host)
	if ip == nil {
		return nil, "", fmt.Errorf("%q is not an address", host)
	}
	if !strings.Contains(host, ":") {
		raw := make([]byte, syscall.SizeofSockaddrInet4)
		raw[0], raw[2], raw[3] = syscall.AF_INET, byte(port>>8), byte(port)
		if s.Family == "unspec" {
			raw[0] = syscall.AF_UNSPEC
		}
		copy(raw[4:], ip.To4())
		return raw, text, nil
	}
	raw := make([]byte, syscall.SizeofSockaddrInet6)
	raw[0], raw[2], raw[3], raw[24] = syscall.AF_INET6, byte(port>>8), byte(port), byte(zone)
	copy(raw[8:], ip.To16())
	return raw, text, nil
}
