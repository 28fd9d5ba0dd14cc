package udpreconnect

import (
	"net"
	"os"
	"syscall"
	"time"
)

// Variant is all that tells one program of this scenario from another. Whatever is nil does nothing.
// It is told when things happen and may wait, but it never sees a socket: opening, closing, marks and
// claims, and their order, are the driver's.
type Variant struct {
	Name string

	// Open opens one port by calling bind until it gives up or bind returns nil. Every call of bind is
	// one attempt, and is counted. Nil: one attempt.
	Open func(bind func() error) error

	// CallStarts comes before a goroutine starts that will be inside ReadFrom or WriteTo, and
	// CallReturned when its last such call has returned. At most CallsAtOnce are between the two.
	CallStarts, CallReturned func()

	// BeforeClose comes just before the `closing` mark of each socket.
	BeforeClose func(socket Deadline) error

	// Settle comes when all sockets of a cycle are closed; when it returns, the program takes their
	// addresses as free, and the `done` marks say so.
	Settle func()
}

// Deadline is the one thing a variant may do to a socket.
type Deadline interface {
	SetReadDeadline(t time.Time) error
}

// CallsAtOnce is how many ReadFrom and WriteTo a cycle can have in progress: one of each per socket.
const CallsAtOnce = 4

// AddressInUse tells EADDRINUSE from other errors of net.ListenUDP. Until Go 1.4 the number stands
// directly in the *net.OpError, since 1.5 within an *os.SyscallError.
func AddressInUse(err error) bool {
	for {
		switch e := err.(type) {
		case *net.OpError:
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		case syscall.Errno:
			return e == syscall.EADDRINUSE
		default:
			return false
		}
	}
}

func (v Variant) open(bind func() error) error {
	if v.Open == nil {
		return bind()
	}
	return v.Open(bind)
}

func (v Variant) callStarts() {
	if v.CallStarts != nil {
		v.CallStarts()
	}
}

func (v Variant) callReturned() {
	if v.CallReturned != nil {
		v.CallReturned()
	}
}

func (v Variant) beforeClose(socket Deadline) error {
	if v.BeforeClose == nil {
		return nil
	}
	return v.BeforeClose(socket)
}

func (v Variant) settle() {
	if v.Settle != nil {
		v.Settle()
	}
}
