package cgroups

import (
	"errors"
	"os"
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWithoutPath(t *testing.T) {
	_, err := os.Open("/proc/self/fd/none/such")
	if got := withoutPath(err); got != unix.ENOENT {
		t.Errorf("%v", got)
	}
	if other := errors.New("another"); withoutPath(other) != other {
		t.Error("another error is changed")
	}
}

func open(t *testing.T) *Groups {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("missing: root (it mounts cgroup2)")
	}
	groups, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	return groups
}

func TestSweepTakesWhatNobodyHolds(t *testing.T) {
	alive, dead := open(t), open(t)
	defer alive.Close()
	defer dead.mount.Close()
	group, err := dead.Make("0001")
	if err != nil {
		t.Fatal(err)
	}
	// As when its agent was killed, and a process of the run outlived it.
	left := exec.Command("sleep", "600")
	left.SysProcAttr = &unix.SysProcAttr{UseCgroupFD: true, CgroupFD: group.Descriptor()}
	if err := left.Start(); err != nil {
		t.Fatal(err)
	}
	dead.lock.Close()
	ended := make(chan error, 1)
	go func() { ended <- left.Wait() }()
	if err := Sweep(); err != nil {
		t.Errorf("sweep: %v", err)
	}
	<-ended // by the sweep
	if _, err := os.Stat(dead.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the group of a dead agent: %v", err)
	}
	if _, err := os.Stat(alive.Path); err != nil {
		t.Errorf("the group of a living agent: %v", err)
	}
}

func TestGroupOfARun(t *testing.T) {
	groups := open(t)
	group, err := groups.Make("0001")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := groups.Make("0001"); err == nil {
		t.Error("two runs have one group")
	}
	command := exec.Command("sh", "-c", "sleep 600 & sleep 600 & wait")
	command.SysProcAttr = &unix.SysProcAttr{UseCgroupFD: true, CgroupFD: group.Descriptor()}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	group.Kill()
	command.Wait()
	if err := group.Remove(); err != nil {
		t.Errorf("a run's group: %v", err)
	}
	if err := groups.Close(); err != nil {
		t.Errorf("the session's group: %v", err)
	}
}

func TestSweepLeavesWhatIsBeingOpened(t *testing.T) {
	open(t).Close()
	swept := make(chan error)
	stop := make(chan struct{})
	go func() {
		var failed error
		for {
			select {
			case <-stop:
				swept <- failed
				return
			default:
				failed = errors.Join(failed, Sweep())
			}
		}
	}()
	for attempt := 0; attempt < 300; attempt++ {
		if err := open(t).Close(); err != nil {
			t.Errorf("attempt %d: %v", attempt, err)
			break
		}
	}
	close(stop)
	if err := <-swept; err != nil {
		t.Error(err)
	}
}
