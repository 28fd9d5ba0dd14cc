//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"syscall"

	"afterclose.dev/fixtures/internal/claims"
)

// table holds what one situation has made, by name.
type table struct {
	claims   *claims.Claims
	fds      map[string]int
	bound    map[string]string // by the last bind of that name
	readers  map[string]*reader
	back     chan *reader
	children map[string]*child
	threads  map[string]*thread
	told     int
	answered *answer
	// A number that was closed is not used again, since by now it may be another's: one of the executor's own.
	forgetsClosed bool
}

// readersAtOnce have room to say that they are back, whoever is listening.
const readersAtOnce = 64

func newTable(c *claims.Claims) *table {
	return &table{
		claims:   c,
		fds:      map[string]int{},
		bound:    map[string]string{},
		readers:  map[string]*reader{},
		back:     make(chan *reader, readersAtOnce),
		children: map[string]*child{},
		threads:  map[string]*thread{},
	}
}

func (t *table) do(s step) error {
	act, err := t.action(s)
	if err != nil {
		return err
	}
	if s.On == "" {
		err = act(s)
	} else if on, ok := t.threads[s.On]; ok {
		err = on.do(func() error { return act(s) })
	} else {
		return fmt.Errorf("there is no thread %q", s.On)
	}
	switch {
	case s.Fails == "":
		return err
	case err == nil:
		return fmt.Errorf("it succeeded; %s was expected", s.Fails)
	case errnoName(err) != s.Fails:
		return fmt.Errorf("%s was expected, not %v", s.Fails, err)
	}
	return nil
}

func (t *table) action(s step) (func(step) error, error) {
	actions := map[string]func(step) error{
		"socket":     t.open,
		"bind":       t.bind,
		"connect":    t.connect,
		"send":       t.send,
		"tell":       t.tell,
		"back":       t.isBack,
		"option":     t.option,
		"device":     t.device,
		"shutdown":   t.shutdown,
		"close":      t.close,
		"listen":     t.listen,
		"accept":     t.accept,
		"receive":    t.receive,
		"interrupt":  t.interrupt,
		"closeRange": t.closeRange,
		"duplicate":  t.duplicate,
		"onExec":     t.onExec,
		"fchown":     t.chown,
		"identity":   setIdentity,
		"park":       t.park,
		"wake":       t.wake,
		"returned":   t.returned,
		"thread":     t.startThread,
		"unshare":    func(step) error { return syscall.Unshare(syscall.CLONE_FILES) },
		"fork":       t.fork,
		"spawn":      t.spawn,
		"exec":       t.exec,
		"exit":       t.exit,
		"pass":       t.pass,
		"register":   t.register,
		"take":       t.take,
	}
	act, ok := actions[s.Do]
	if !ok {
		return nil, fmt.Errorf("unknown step %q", s.Do)
	}
	if _, ok := t.children[s.In]; s.In != "" && !ok {
		return nil, fmt.Errorf("there is no child %q", s.In)
	}
	// Every one of these is about a socket that is there.
	switch s.Do {
	case "socket", "identity", "thread", "unshare", "fork", "exec", "exit", "wake", "returned", "interrupt", "back":
	default:
		if _, ok := t.names(s)[s.Of]; !ok {
			return nil, fmt.Errorf("there is no socket %q", s.Of)
		}
	}
	return act, nil
}

// names are those of the process that does the step.
func (t *table) names(s step) map[string]int {
	if s.In != "" {
		return t.children[s.In].fds
	}
	return t.fds
}

func (t *table) fd(s step) int {
	return t.names(s)[s.Of]
}

// made gives As the descriptor that the call has made.
func (t *table) made(s step, o *order) error {
	names := t.names(s)
	if _, ok := names[s.As]; ok {
		return fmt.Errorf("there is a socket %q already", s.As)
	}
	names[s.As] = int(o.Result)
	return nil
}

func (t *table) named(name string, fd int) error {
	return t.made(step{As: name}, &order{Result: uintptr(fd)})
}

// clear leaves nothing bound: whatever the steps left open, parked or running is ended, and has ended.
func (t *table) clear() error {
	if err := resetIdentity(); err != nil {
		return err
	}
	for name, each := range t.children {
		if err := each.end(); err != nil {
			return fmt.Errorf("child %s: %v", name, err)
		}
	}
	if err := t.interruptAll(); err != nil {
		return fmt.Errorf("readers: %v", err)
	}
	for _, each := range t.threads {
		each.end()
	}
	return t.closeAll()
}

// closeAll closes what is left. A step may have closed some of them; meanwhile nothing was opened that stayed
// open but sockets and pipes of this table, so the worst that a second close meets is EBADF.
func (t *table) closeAll() error {
	for _, fd := range t.fds {
		if err := syscall.Close(fd); err != nil && err != syscall.EBADF {
			return err
		}
	}
	return nil
}
