package udpreconnect

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"time"

	"afterclose.dev/fixtures/internal/claims"
	"afterclose.dev/fixtures/internal/marks"
)

const scenario = "udp-reconnect"

// On loopback a packet takes microseconds. Only a broken set-up (a firewall, loopback down) or a
// goroutine that never came back reaches these.
const (
	exchangeTimeout = 5 * time.Second
	returnTimeout   = 5 * time.Second
)

// driver does the cycles. All its fields but calls and failures belong to the goroutine of run.
type driver struct {
	variant   Variant
	network   string
	addresses [2]*net.UDPAddr
	mark      func(marks.Mark) // how a mark is made; it counts as made either way
	claims    *claims.Claims

	reconnected int // cycles that got both ports and exchanged their packets
	gaveUp      int // cycles that ended because an address was in use

	calls    sync.WaitGroup // goroutines that use a socket
	failures chan error     // what they met, apart from the end that Close brings
}

func newDriver(variant Variant, network string, addresses [2]*net.UDPAddr) *driver {
	return &driver{
		variant:   variant,
		network:   network,
		addresses: addresses,
		mark:      marks.Mark.Make,
		claims:    claims.New(scenario, variant.Name, network),
		failures:  make(chan error, CallsAtOnce),
	}
}

// run does the cycles, and stops early at the first error that is not EADDRINUSE and at a signal.
func (d *driver) run(cycles int, terminate <-chan os.Signal) {
	for n := 1; n <= cycles && len(d.claims.Errors) == 0; n++ {
		select {
		case s := <-terminate:
			d.claims.Failed(fmt.Sprintf("cycle %d: not begun, the program was told to end (%v)", n, s))
			continue
		default:
		}
		d.cycle(n)
	}
	d.awaitReturns()
}

func (d *driver) cycle(n int) {
	d.make(marks.New(fmt.Sprintf("cycle %d", n)))
	d.claims.Cycles++
	sockets, err := d.openAll(n)
	if err == nil {
		err = d.exchange(n, sockets)
	}
	closeErr := d.closeAll(sockets)
	switch {
	case err != nil && !AddressInUse(err):
		d.claims.Failed(fmt.Sprintf("cycle %d: %v", n, err))
	case closeErr != nil:
		d.claims.Failed(fmt.Sprintf("cycle %d: %v", n, closeErr))
	case err != nil:
		d.gaveUp++
		// Without this the next attempts all come before the Go scheduler gets round to the goroutine that
		// holds the port: 398 of 400 cycles were lost to the first socket on Go 1.9.7.
		runtime.Gosched()
	default:
		d.reconnected++
	}
}

// openAll returns what it opened, also with an error.
func (d *driver) openAll(cycle int) ([]*socket, error) {
	var sockets []*socket
	for _, address := range d.addresses {
		s, err := d.open(cycle, address)
		if err != nil {
			return sockets, err
		}
		sockets = append(sockets, s)
	}
	return sockets, nil
}

func (d *driver) open(cycle int, address *net.UDPAddr) (*socket, error) {
	var conn *net.UDPConn
	err := d.variant.open(func() error {
		if conn != nil {
			return errors.New("bind was called again after it had succeeded")
		}
		d.claims.Binds++
		bound, err := net.ListenUDP(d.network, address)
		if err == nil {
			conn = bound
		} else if AddressInUse(err) {
			d.claims.FoundInUse(cycle, address.String())
		}
		return err
	})
	// What the variant reports does not matter once there is a socket: it has to be closed.
	if conn != nil {
		return d.newSocket(cycle, conn, address), nil
	}
	if err == nil {
		err = errors.New("the variant reported success without a bind")
	}
	return nil, err
}

// exchange sends one packet each way and returns when both have arrived; the WriteTo calls may still
// be on their way back then.
func (d *driver) exchange(cycle int, sockets []*socket) error {
	a, b := sockets[0], sockets[1]
	a.sendTo(b)
	b.sendTo(a)
	timeout := time.NewTimer(exchangeTimeout)
	defer timeout.Stop()
	for _, s := range sockets {
		select {
		case <-s.received:
		case err := <-d.failures:
			return err
		case <-timeout.C:
			return fmt.Errorf("no packet reached %s within %v", s.address, exchangeTimeout)
		}
	}
	return nil
}

// closeAll closes in the order of opening. It does not wait for any ReadFrom or WriteTo: that is up to
// the variant.
func (d *driver) closeAll(sockets []*socket) error {
	if len(sockets) == 0 {
		return nil
	}
	var first error
	for _, s := range sockets {
		if err := d.close(s); err != nil && first == nil {
			first = err
		}
	}
	d.variant.settle()
	for _, s := range sockets {
		d.make(s.done)
	}
	return first
}

func (d *driver) close(s *socket) error {
	s.endingBegins()
	prepared := d.variant.beforeClose(s.conn)
	d.make(s.closing)
	err := s.conn.Close()
	d.make(s.closed)
	d.claims.Closes++
	if err == nil {
		err = prepared
	}
	return err
}

func (d *driver) make(m marks.Mark) {
	d.mark(m)
	d.claims.Marks++
}

// awaitReturns lets every goroutine finish before the process ends, so that no socket is ended by the
// exit: what lingers is ended by the call that held it, and can be seen to be.
func (d *driver) awaitReturns() {
	returned := make(chan struct{})
	go func() {
		d.calls.Wait()
		close(returned)
	}()
	select {
	case <-returned:
	case <-time.After(returnTimeout):
		d.claims.Failed(fmt.Sprintf("a ReadFrom or WriteTo had not returned %v after the last Close", returnTimeout))
	}
	select {
	case err := <-d.failures:
		d.claims.Failed(err.Error())
	default:
	}
}
