// Package cgroups gives each run a control group of its own, below one for the whole session.
package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Groups is the session's group.
type Groups struct {
	Path  string // through the descriptor of a mount that nobody else sees
	mount *os.File
}

// Open makes the session's group below the one that the process is in, so that its limits hold for the runs too.
func Open() (*Groups, error) {
	mount, err := mountDetached()
	if err != nil {
		return nil, fmt.Errorf("cgroup2 can not be mounted: %w", err)
	}
	own, err := ownGroup()
	if err == nil {
		g := &Groups{Path: filepath.Join(pathOf(mount), own, nameOf(os.Getpid())), mount: mount}
		if err = os.Mkdir(g.Path, 0o755); err == nil {
			return g, nil
		}
	}
	mount.Close()
	return nil, fmt.Errorf("no cgroup can be made: %w", err)
}

// Make makes the group of a run.
func (g *Groups) Make(run string) (descriptor int, leave func() error, err error) {
	path := filepath.Join(g.Path, run)
	if err := os.Mkdir(path, 0o755); err != nil {
		return -1, nil, err
	}
	descriptor, err = unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		remove(path)
		return -1, nil, err
	}
	return descriptor, func() error {
		unix.Close(descriptor)
		return remove(path)
	}, nil
}

// Remove ends it; the groups of the runs are gone then.
func (g *Groups) Remove() error {
	defer g.mount.Close()
	return remove(g.Path)
}

// remove waits a little: a process leaves its group a moment after it could be waited for.
func remove(path string) error {
	for attempt := 0; ; attempt++ {
		err := unix.Rmdir(path)
		if !errors.Is(err, syscall.EBUSY) || attempt == 1000 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// mountDetached mounts cgroup2 in no place: it is seen through its descriptor alone and is gone with it.
func mountDetached() (*os.File, error) {
	context, err := unix.Fsopen("cgroup2", unix.FSOPEN_CLOEXEC)
	if err != nil {
		return nil, err
	}
	defer unix.Close(context)
	if err := unix.FsconfigCreate(context); err != nil {
		return nil, err
	}
	mount, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(mount), "cgroup2"), nil
}

func pathOf(mount *os.File) string {
	return fmt.Sprintf("/proc/self/fd/%d", mount.Fd())
}

// ownGroup reads cgroups(7): the line of the unified hierarchy begins with 0::.
func ownGroup() (string, error) {
	text, err := os.ReadFile("/proc/self/cgroup")
	if err != nil {
		return "", err
	}
	for _, line := range strings.Split(string(text), "\n") {
		if path, ok := strings.CutPrefix(line, "0::"); ok {
			return path, nil
		}
	}
	return "", errors.New("this process is in no group of cgroup2")
}

const prefix = "afterclose-"

func nameOf(pid int) string { return fmt.Sprintf("%s%d", prefix, pid) }
