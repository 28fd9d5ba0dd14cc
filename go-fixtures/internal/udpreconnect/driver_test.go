package udpreconnect

import (
	"fmt"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"afterclose.dev/fixtures/internal/marks"
)

// recorded is a driver on two free ports whose marks, and what else a test notes, are kept in order.
func recorded(t *testing.T, variant Variant) (*driver, *[]string) {
	t.Helper()
	d := newDriver(variant, "udp4", freeAddresses(t))
	story := &[]string{}
	d.mark = func(m marks.Mark) {
		text := strings.TrimPrefix(string(m), "/@afterclose/")
		text = strings.Replace(text, d.addresses[0].String(), "A", 1)
		*story = append(*story, strings.Replace(text, d.addresses[1].String(), "B", 1))
	}
	return d, story
}

func freeAddresses(t *testing.T) [2]*net.UDPAddr {
	t.Helper()
	var addresses [2]*net.UDPAddr
	for i := range addresses {
		conn := hold(t, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		defer conn.Close() // not before both are known: the kernel could give the first port again
		addresses[i] = conn.LocalAddr().(*net.UDPAddr)
	}
	return addresses
}

func hold(t *testing.T, address *net.UDPAddr) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", address)
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func expect(t *testing.T, what string, got, want interface{}) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestOrderOfACycle(t *testing.T) {
	var story *[]string
	note := func(text string) { *story = append(*story, text) }
	d, story := recorded(t, Variant{
		Open:        func(bind func() error) error { note("open"); return bind() },
		BeforeClose: func(Deadline) error { note("before"); return nil },
		Settle:      func() { note("settle") },
	})
	d.run(2, nil)
	cycle := []string{"open", "open", "before", "closing udp A", "closed udp A", "before", "closing udp B",
		"closed udp B", "settle", "done udp A", "done udp B"}
	want := append([]string{"cycle 1"}, cycle...)
	want = append(append(want, "cycle 2"), cycle...)
	expect(t, "story", *story, want)
	expect(t, "cycles", d.claims.Cycles, 2)
	expect(t, "binds", d.claims.Binds, 4)
	expect(t, "closes", d.claims.Closes, 4)
	expect(t, "marks", d.claims.Marks, 14)
	expect(t, "errors", d.claims.Errors, []string{})
	expect(t, "reconnected", d.reconnected, 2)
}

func TestPortInUse(t *testing.T) {
	d, story := recorded(t, Variant{})
	defer hold(t, d.addresses[1]).Close()
	d.run(2, nil)
	cycle := []string{"closing udp A", "closed udp A", "done udp A"}
	expect(t, "story", *story, append(append(append([]string{"cycle 1"}, cycle...), "cycle 2"), cycle...))
	expect(t, "binds", d.claims.Binds, 4)
	expect(t, "closes", d.claims.Closes, 2)
	expect(t, "in use", d.claims.AddressInUse, 2)
	expect(t, "first", d.claims.AddressInUseAt[0].Cycle, 1)
	expect(t, "address", d.claims.AddressInUseAt[0].Address, d.addresses[1].String())
	expect(t, "errors", d.claims.Errors, []string{})
	expect(t, "gave up", d.gaveUp, 2)
}

func TestEveryAttemptIsCounted(t *testing.T) {
	var d *driver
	var holder *net.UDPConn
	d, _ = recorded(t, Variant{Open: func(bind func() error) error {
		for attempt := 1; ; attempt++ {
			if err := bind(); !AddressInUse(err) {
				return err
			}
			if attempt == 3 {
				holder.Close()
			}
		}
	}})
	holder = hold(t, d.addresses[0])
	d.run(1, nil)
	expect(t, "binds", d.claims.Binds, 5)
	expect(t, "in use", d.claims.AddressInUse, 3)
	expect(t, "reconnected", d.reconnected, 1)
}

func TestWhatAVariantReportsChangesNothing(t *testing.T) {
	d, _ := recorded(t, Variant{Open: func(bind func() error) error {
		bind()
		return fmt.Errorf("not true")
	}})
	d.run(1, nil)
	expect(t, "closes", d.claims.Closes, 2)
	expect(t, "reconnected", d.reconnected, 1)

	d, _ = recorded(t, Variant{Open: func(func() error) error { return nil }})
	d.run(5, nil)
	expect(t, "cycles", d.claims.Cycles, 1)
	expect(t, "errors", d.claims.Errors, []string{"cycle 1: the variant reported success without a bind"})
}

func TestCallsAreAnnouncedAndReturnBeforeTheEnd(t *testing.T) {
	open := make(chan struct{}, CallsAtOnce) // a fifth at once would block for ever
	d, _ := recorded(t, Variant{
		CallStarts:   func() { open <- struct{}{} },
		CallReturned: func() { <-open },
		Settle: func() {
			for i := 0; i < CallsAtOnce; i++ {
				open <- struct{}{}
			}
			for i := 0; i < CallsAtOnce; i++ {
				<-open
			}
		},
	})
	d.run(50, nil)
	expect(t, "reconnected", d.reconnected, 50)
	expect(t, "still open", len(open), 0)
}

func TestOtherErrorsEndTheRun(t *testing.T) {
	d, story := recorded(t, Variant{})
	d.addresses[1] = &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 3002} // TEST-NET-1: not an address of ours
	d.run(5, nil)
	expect(t, "cycles", d.claims.Cycles, 1)
	expect(t, "in use", d.claims.AddressInUse, 0)
	expect(t, "errors", len(d.claims.Errors), 1)
	expect(t, "story", *story, []string{"cycle 1", "closing udp A", "closed udp A", "done udp A"})
}

func TestSignalEndsTheRun(t *testing.T) {
	d, story := recorded(t, Variant{})
	terminate := make(chan os.Signal, 1)
	terminate <- syscall.SIGTERM
	d.run(5, terminate)
	expect(t, "story", *story, []string{})
	expect(t, "errors", len(d.claims.Errors), 1)
}

func TestAddressInUse(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{syscall.EADDRINUSE, true},
		{syscall.EACCES, false},
		{&net.OpError{Op: "listen", Err: syscall.EADDRINUSE}, true}, // as Go 1.4 has it
		{&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRINUSE)}, true},
		{&net.OpError{Op: "listen", Err: os.NewSyscallError("bind", syscall.EADDRNOTAVAIL)}, false},
		{fmt.Errorf("address already in use"), false},
	} {
		expect(t, fmt.Sprint(c.err), AddressInUse(c.err), c.want)
	}
}

func TestParseAddresses(t *testing.T) {
	addresses, err := parseAddresses("udp6", "3001,3002")
	expect(t, "error", err, nil)
	expect(t, "address", addresses[1].String(), "[::1]:3002")
	for _, bad := range [][2]string{{"udp", "1,2"}, {"udp4", "1"}, {"udp4", "1,2,3"}, {"udp4", "1,1"},
		{"udp4", "0,1"}, {"udp4", "1,65536"}, {"udp4", "-1,2"}, {"udp4", ""}} {
		if _, err := parseAddresses(bad[0], bad[1]); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
}
