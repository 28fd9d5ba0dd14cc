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

	"afterclose.dev/fixtures/internal/marks"
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
	opened, err := t.call(s, syscall.SYS_SOCKET, family, kind, protocol)
	if err != nil {
		return err
	}
	if kind&syscall.SOCK_STREAM != 0 {
		timeout := (*[unsafe.Sizeof(connectTimeout)]byte)(unsafe.Pointer(&connectTimeout))[:]
		if _, err := t.call(s, syscall.SYS_SETSOCKOPT, int(opened.Result), syscall.SOL_SOCKET, syscall.SO_SNDTIMEO,
			timeout, len(timeout)); err != nil {
			return err
		}
	}
	return t.made(s, opened)
}

// bind counts and keeps the answer. Without Fails both success and EADDRINUSE are answers.
func (t *table) bind(s step) error {
	raw, text, err := t.sockaddr(s)
	if err != nil {
		return err
	}
	_, err = t.call(s, syscall.SYS_BIND, t.fd(s), raw, len(raw))
	t.claims.Binds++
	if err == syscall.EADDRINUSE {
		t.claims.FoundInUse(t.claims.Cycles, text)
	}
	if s.Fails != "" || (err != nil && err != syscall.EADDRINUSE) {
		return err
	}
	if err == nil {
		t.bound[s.Of] = text
	}
	t.answered = &answer{Call: "bind", Address: text, Errno: errnoName(err)}
	return nil
}

// send is sendto(2) of one byte.
func (t *table) send(s step) error {
	raw, _, err := t.sockaddr(s)
	if err != nil {
		return err
	}
	payload := []byte{'!'}
	_, err = t.call(s, syscall.SYS_SENDTO, t.fd(s), payload, len(payload), 0, raw, len(raw))
	return err
}

// tell is getsockname(2): the port it gives is the one that portTold means.
func (t *table) tell(s step) error {
	const size = syscall.SizeofSockaddrInet6
	told, err := t.call(s, syscall.SYS_GETSOCKNAME, t.fd(s), make([]byte, size), []byte{size, 0, 0, 0})
	if err == nil {
		// Both families have it in the same place.
		t.told = int(told.Data[2])<<8 | int(told.Data[3])
	}
	return err
}

// isBack makes a mark: by it a trace sees that the thread is back from the call before, behind which the kernel may
// have released a socket.
func (t *table) isBack(s step) error {
	path := []byte(marks.New("back") + "\x00")
	if _, err := t.call(s, syscall.SYS_ACCESS, path, 0); err != syscall.ENOENT {
		return err
	}
	t.claims.Marks++
	return nil
}

// option sets one of the options that a bind looks at.
func (t *table) option(s step) error {
	level, name := syscall.SOL_SOCKET, 0
	switch s.Text {
	case "reuseAddress":
		name = syscall.SO_REUSEADDR
	case "reusePort":
		name = reusePort
	case "v6Only":
		level, name = syscall.IPPROTO_IPV6, syscall.IPV6_V6ONLY
	case "interface":
		name = bindToInterface
	default:
		return fmt.Errorf("unknown option %q", s.Text)
	}
	value := []byte{byte(s.Value), byte(s.Value >> 8), 0, 0}
	_, err := t.call(s, syscall.SYS_SETSOCKOPT, t.fd(s), level, name, value, len(value))
	return err
}

// device is SO_BINDTODEVICE; an empty name takes the device away.
func (t *table) device(s step) error {
	name := append([]byte(s.Text), 0)
	_, err := t.call(s, syscall.SYS_SETSOCKOPT, t.fd(s), syscall.SOL_SOCKET, syscall.SO_BINDTODEVICE, name, len(s.Text))
	return err
}

func (t *table) shutdown(s step) error {
	_, err := t.call(s, syscall.SYS_SHUTDOWN, t.fd(s), syscall.SHUT_RDWR)
	return err
}

func (t *table) chown(s step) error {
	_, err := t.call(s, syscall.SYS_FCHOWN, t.fd(s), s.Value, -1)
	return err
}

// closeRange is close_range(2) over the one descriptor of the socket, with Value for its flags.
func (t *table) closeRange(s step) error {
	fd := t.fd(s)
	_, err := t.call(s, closeRangeNumber, fd, fd, s.Value)
	if s.Value&closeOnExecFlag == 0 {
		t.closed(s)
	}
	return err
}

func (t *table) close(s step) error {
	fd := t.fd(s)
	t.closed(s)
	_, err := t.call(s, syscall.SYS_CLOSE, fd)
	return err
}

func (t *table) closed(s step) {
	if t.forgetsClosed {
		delete(t.names(s), s.Of)
	}
}

// duplicate makes As another descriptor of Of. Text says by which call.
func (t *table) duplicate(s step) error {
	fd := t.fd(s)
	number, args := uintptr(syscall.SYS_FCNTL), []interface{}{fd, syscall.F_DUPFD, 0}
	switch s.Text {
	case "dup":
		number, args = syscall.SYS_DUP, args[:1]
	case "dup2", "dup3":
		return t.replace(s)
	case "F_DUPFD_CLOEXEC":
		args[1] = duplicateAndClose
	}
	copied, err := t.call(s, number, args...)
	if err != nil {
		return err
	}
	return t.made(s, copied)
}

// replace is dup2(2) or dup3(2): the descriptor of As is taken over.
func (t *table) replace(s step) error {
	taken, ok := t.names(s)[s.As]
	if !ok {
		return fmt.Errorf("there is no socket %q", s.As)
	}
	number, args := uintptr(syscall.SYS_DUP2), []interface{}{t.fd(s), taken}
	if s.Text == "dup3" {
		number, args = syscall.SYS_DUP3, append(args, syscall.O_CLOEXEC)
	}
	_, err := t.call(s, number, args...)
	return err
}

// onExec sets (Value 1) or clears close-on-exec. Text says by which call.
func (t *table) onExec(s step) error {
	if s.Text == "fcntl" {
		_, err := t.call(s, syscall.SYS_FCNTL, t.fd(s), syscall.F_SETFD, s.Value)
		return err
	}
	request := keepOnExecIoctl
	if s.Value == 1 {
		request = closeOnExecIoctl
	}
	_, err := t.call(s, syscall.SYS_IOCTL, t.fd(s), request)
	return err
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
