package udpreconnect

import (
	"fmt"
	"net"
	"sync/atomic"

	"afterclose.dev/fixtures/internal/marks"
)

// socket is one bound port with its reader, from bind to Close.
type socket struct {
	driver                *driver
	conn                  *net.UDPConn
	address               *net.UDPAddr
	greeting              string // what a packet of this cycle says
	closing, closed, done marks.Mark
	received              chan struct{} // one value once the packet of this cycle has arrived
	ending                int32         // atomic: not 0 once its end is wanted
}

func (d *driver) newSocket(cycle int, conn *net.UDPConn, address *net.UDPAddr) *socket {
	s := &socket{
		driver:   d,
		conn:     conn,
		address:  address,
		greeting: fmt.Sprintf("cycle %d", cycle),
		closing:  marks.New("closing udp " + address.String()),
		closed:   marks.New("closed udp " + address.String()),
		done:     marks.New("done udp " + address.String()),
		received: make(chan struct{}, 1),
	}
	s.inGoroutine(s.readUntilClosed)
	return s
}

func (s *socket) sendTo(peer *socket) {
	s.inGoroutine(func() error {
		_, err := s.conn.WriteTo([]byte(s.greeting), peer.address)
		return err
	})
}

// readUntilClosed is parked in ReadFrom most of the time, as a server's reader is.
func (s *socket) readUntilClosed() error {
	packet := make([]byte, 64)
	for {
		length, _, err := s.conn.ReadFrom(packet)
		if err != nil {
			return err
		}
		if string(packet[:length]) == s.greeting {
			select {
			case s.received <- struct{}{}:
			default: // a copy: someone else sends to this port too
			}
		}
	}
}

// inGoroutine announces the call before the goroutine exists: from then on a variant can wait for it.
func (s *socket) inGoroutine(use func() error) {
	s.driver.variant.callStarts()
	s.driver.calls.Add(1)
	go func() {
		defer s.driver.calls.Done()
		err := use()
		s.driver.variant.callReturned()
		if err != nil && atomic.LoadInt32(&s.ending) == 0 {
			select {
			case s.driver.failures <- err:
			default: // others are waiting to be read: the first is enough
			}
		}
	}()
}

// endingBegins: errors of its calls are expected from here on.
func (s *socket) endingBegins() {
	atomic.StoreInt32(&s.ending, 1)
}
