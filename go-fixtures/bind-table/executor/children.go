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

// child is a process that does nothing but hold descriptors.
type child struct {
	pid     int
	command int   // what is written here it does
	report  int   // it writes a byte here when it has begun to run user code
	far     []int // its ends of the two pipes, while they are open here
}

const (
	commandExec  = 'e'
	commandClose = 'c' // sets close-on-exec on what it was given, and execs
	commandExit  = 'x'
)

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
	c.pid = pid
	t.children[s.As] = c
	if s.Value == 0 {
		c.closeFar()
	}
	return c.began()
}

// forkWaiter is clone(2) as fork(2) does it. The child has one thread and no Go runtime that could be relied
// on: it makes raw system calls only, on memory that is there already, until it execs or exits.
//
//go:norace
func forkWaiter(flags uintptr, command, report int, path *byte, argv, envp **byte) (int, syscall.Errno) {
	var order [1]byte
	parent := syscall.Getpid()
	pid, _, errno := syscall.RawSyscall6(syscall.SYS_CLONE, flags, 0, 0, 0, 0, 0)
	if errno != 0 || pid != 0 {
		return int(pid), errno
	}
	syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
	orphan, _, _ := syscall.RawSyscall(syscall.SYS_GETPPID, 0, 0, 0)
	if int(orphan) == parent {
		syscall.RawSyscall(syscall.SYS_WRITE, uintptr(report), uintptr(unsafe.Pointer(&order[0])), 1)
		n, _, _ := syscall.RawSyscall(syscall.SYS_READ, uintptr(command), uintptr(unsafe.Pointer(&order[0])), 1)
		if n == 1 && order[0] == commandExec {
			syscall.RawSyscall(syscall.SYS_EXECVE, uintptr(unsafe.Pointer(path)), uintptr(unsafe.Pointer(argv)),
				uintptr(unsafe.Pointer(envp)))
		}
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
	order := []byte{0}
	syscall.Write(report, order)
	if n, _ := syscall.Read(command, order); n != 1 || order[0] == commandExit {
		return
	}
	if order[0] == commandClose {
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
	order := byte(commandExec)
	if s.Value == 1 {
		order = commandClose
	}
	if err := c.tell(order); err != nil {
		return err
	}
	return c.began()
}

// exit lets the child exit and waits for it.
func (t *table) exit(s step) error {
	c, ok := t.children[s.Of]
	if !ok {
		return fmt.Errorf("there is no child %q", s.Of)
	}
	delete(t.children, s.Of)
	if err := c.tell(commandExit); err != nil {
		return err
	}
	return c.wait()
}

func (c *child) tell(order byte) error {
	_, err := syscall.Write(c.command, []byte{order})
	return err
}

func (c *child) began() error {
	n, err := syscall.Read(c.report, make([]byte, 1))
	if err == nil && n == 0 {
		return fmt.Errorf("child %d ended early", c.pid)
	}
	return err
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
