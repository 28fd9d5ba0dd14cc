//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// childArgument makes this program the one that a child execs.
const childArgument = "child"

// child is a process that holds descriptors, and does what it is told.
type child struct {
	pid     int
	command int            // the orders that are written here it carries out
	report  int            // here it writes what they came to, and a first time when it has begun to run user code
	far     []int          // its ends of the two pipes, while they are open here
	fds     map[string]int // its descriptors; those of the table itself where it shares that
}

// fork makes a child with a copy of the table, or with Value 1 one that shares it. It does not exec: also
// close-on-exec descriptors stay.
func (t *table) fork(s step) error {
	command, report, c, err := newPipes()
	if err != nil {
		return err
	}
	path, err := syscall.BytePtrFromString("/proc/self/exe")
	if err != nil {
		return err
	}
	argv, err := syscall.SlicePtrFromStrings(childArguments(command, report))
	if err != nil {
		return err
	}
	envp, err := syscall.SlicePtrFromStrings(os.Environ())
	if err != nil {
		return err
	}
	flags := uintptr(syscall.SIGCHLD)
	if s.Value == 1 {
		flags |= syscall.CLONE_FILES
	}
	pid, errno := forkWaiter(flags, command, report, path, &argv[0], &envp[0])
	if errno != 0 {
		return errno
	}
	c.pid, c.fds = pid, t.fds
	t.children[s.As] = c
	if s.Value == 0 {
		c.fds = copyOf(t.fds)
		c.closeFar()
	}
	return c.began()
}

// forkWaiter is clone(2) as fork(2) does it. The child has one thread, on which it obeys.
//
//go:norace
func forkWaiter(flags uintptr, command, report int, path *byte, argv, envp **byte) (int, syscall.Errno) {
	o := new(order)
	parent := syscall.Getpid()
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return int(pid), errno
	}
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	orphan, _, _ := syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
	if int(orphan) == parent && obey(uintptr(command), uintptr(report), o) {
		syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(argv)),
			uintptr(unsafe.Pointer(envp)))
	}
	for {
		syscall.RawSyscall(syscall.SYS_EXIT_GROUP, 0, 0, 0)
	}
}

// spawn makes a child as os/exec does: this program again, with the socket as one of its descriptors.
func (t *table) spawn(s step) error {
	command, report, c, err := newPipes()
	if err != nil {
		return err
	}
	files := []uintptr{0, 1, 2, uintptr(command), uintptr(report), uintptr(t.fds[s.Of])}
	c.pid, err = syscall.ForkExec("/proc/self/exe", childArguments(3, 4), &syscall.ProcAttr{
		Files: files,
		Env:   os.Environ(),
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL},
	})
	if err != nil {
		return err
	}
	c.fds = map[string]int{s.Of: given}
	t.children[s.As] = c
	c.closeFar()
	return c.began()
}

func childArguments(command, report int) []string {
	return []string{os.Args[0], childArgument, strconv.Itoa(command), strconv.Itoa(report)}
}

// given is the socket that spawn hands to its child.
const given = 5

// beChild is the program of a child that has execed. It execs again from another thread than its first.
func beChild(commandText, reportText string) {
	command, _ := strconv.Atoi(commandText)
	report, _ := strconv.Atoi(reportText)
	o := new(order)
	if !obey(uintptr(command), uintptr(report), o) {
		return
	}
	if o.Number == orderOnExec {
		syscall.CloseOnExec(given)
	}
	newThread().do(func() error {
		return syscall.Exec("/proc/self/exe", childArguments(command, report), os.Environ())
	})
}

// exec returns when the new program runs: what exec closes has been closed by then. Value 1: the child sets
// close-on-exec on the socket it was given before.
func (t *table) exec(s step) error {
	c, ok := t.children[s.Of]
	if !ok {
		return fmt.Errorf("there is no child %q", s.Of)
	}
	number := uintptr(orderExec)
	if s.Value == 1 {
		number = orderOnExec
	}
	if err := c.tell(&order{Number: number}); err != nil {
		return err
	}
	if err := c.began(); err != nil {
		return err
	}
	// From now on it shares with nobody.
	c.fds = copyOf(c.fds)
	if t.forgetsClosed {
		return c.forgetClosed()
	}
	return nil
}

// exit lets the child exit and waits for it.
func (t *table) exit(s step) error {
	c, ok := t.children[s.Of]
	if !ok {
		return fmt.Errorf("there is no child %q", s.Of)
	}
	delete(t.children, s.Of)
	if err := c.tell(&order{Number: orderExit}); err != nil {
		return err
	}
	return c.wait()
}

// obeys returns when the child has made the call.
func (c *child) obeys(o *order) error {
	if err := c.tell(o); err != nil {
		return err
	}
	return c.answers(o)
}

// forgetClosed asks which descriptors exec has left: the numbers of the others will be given out again.
func (c *child) forgetClosed() error {
	for name, fd := range c.fds {
		o := newOrder(syscall.SYS_FCNTL, fd, syscall.F_GETFD)
		if err := c.obeys(o); err != nil {
			return err
		}
		if syscall.Errno(o.Errno) == syscall.EBADF {
			delete(c.fds, name)
		}
	}
	return nil
}

func (c *child) tell(o *order) error {
	_, err := syscall.Write(c.command, bytesOf(o))
	return err
}

func (c *child) began() error {
	return c.answers(new(order))
}

func (c *child) answers(o *order) error {
	for {
		n, err := syscall.Read(c.report, bytesOf(o))
		if err == syscall.EINTR {
			continue
		}
		if err == nil && n == 0 {
			return fmt.Errorf("child %d ended early", c.pid)
		}
		return err
	}
}

func (c *child) end() error {
	if err := syscall.Kill(c.pid, syscall.SIGKILL); err != nil {
		return err
	}
	return c.wait()
}

// wait is wait4(2): when it returns, nothing that the child held is left.
func (c *child) wait() error {
	for {
		_, err := syscall.Wait4(c.pid, nil, 0, nil)
		if err == syscall.EINTR {
			continue
		}
		syscall.Close(c.command)
		syscall.Close(c.report)
		c.closeFar()
		return err
	}
}

// closeFar closes the child's ends of the pipes. In a table that it shares it would lose them too.
func (c *child) closeFar() {
	for _, fd := range c.far {
		syscall.Close(fd)
	}
	c.far = nil
}

// newPipes gives the two ends for the child, which stay open on exec, and the two for us.
func newPipes() (command, report int, c *child, err error) {
	var orders, reports [2]int
	if err = syscall.Pipe(orders[:]); err != nil {
		return 0, 0, nil, err
	}
	if err = syscall.Pipe(reports[:]); err != nil {
		return 0, 0, nil, err
	}
	syscall.CloseOnExec(orders[1])
	syscall.CloseOnExec(reports[0])
	c = &child{command: orders[1], report: reports[0], far: []int{orders[0], reports[1]}}
	return orders[0], reports[1], c, nil
}

func copyOf(fds map[string]int) map[string]int {
	copied := make(map[string]int, len(fds))
	for name, fd := range fds {
		copied[name] = fd
	}
	return copied
}
