package session

import (
	"fmt"
	"syscall"
	"time"
)

// SIGKILL ends a process at once unless the kernel holds it (a dead disk) or it belongs to someone else.
const killTimeout = 10 * time.Second

// process is the first process of a run and the leader of its group. Until reap it keeps its pid, so that
// signals to it and to its group reach nobody else.
type process struct {
	pid   int
	ended <-chan struct{} // closed once it has ended
}

func watch(pid int) *process {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for waitWithoutReaping(pid) == syscall.EINTR {
		}
	}()
	return &process{pid, ended}
}

// terminate asks the whole run to end, and after the grace kills its first process and its group.
// killed is false when the first process ended on SIGTERM.
func (p *process) terminate(grace time.Duration) (killed bool, err error) {
	over := time.NewTimer(grace)
	defer over.Stop()
	syscall.Kill(-p.pid, syscall.SIGTERM)
	select {
	case <-p.ended:
		return false, waitForDescendants(p.pid, over.C)
	case <-over.C:
	}
	syscall.Kill(-p.pid, syscall.SIGKILL)
	syscall.Kill(p.pid, syscall.SIGKILL) // it may have joined another group
	select {
	case <-p.ended:
		return true, nil
	case <-time.After(killTimeout):
		return true, fmt.Errorf("process %d is still there %v after SIGKILL", p.pid, killTimeout)
	}
}

// waitForDescendants returns when only process first, already ended, is left of the run, or at the latest
// when the grace is over: what the first process started got SIGTERM too and may have something to save.
func waitForDescendants(first int, over <-chan time.Time) error {
	for {
		others, err := descendants()
		if err != nil {
			return err
		}
		delete(others, first)
		if !anyAlive(others) {
			return nil
		}
		select {
		case <-over:
			return nil
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (p *process) reap() (syscall.WaitStatus, error) {
	for {
		var status syscall.WaitStatus
		_, err := syscall.Wait4(p.pid, &status, 0, nil)
		if err != syscall.EINTR {
			return status, err
		}
	}
}

func waitWithoutReaping(pid int) syscall.Errno {
	const onePid = 1 // P_PID
	_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, onePid, uintptr(pid), 0,
		syscall.WEXITED|syscall.WNOWAIT, 0, 0)
	return errno
}

// reapZombies says whether no child is left, neither alive nor dead.
func reapZombies() bool {
	for {
		pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG|syscall.WALL, nil)
		if err == syscall.ECHILD {
			return true
		}
		if pid <= 0 && err != syscall.EINTR {
			return false
		}
	}
}
