// Package cgroups gives each run a control group of its own, below one for the whole session.
package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"afterclose.dev/launcher/session"
	"golang.org/x/sys/unix"
)

// Groups is the session's group.
type Groups struct {
	Path  string // through the descriptor of a mount that nobody else sees
	mount *os.File
	lock  *os.File
}

// Open makes the session's group below the one that the process is in, so that its limits hold for the runs too.
func Open() (*Groups, error) {
	mount, parent, err := openParent()
	if err != nil {
		return nil, err
	}
	groups, err := makeLocked(mount, parent)
	// A sweep that came between its making and its locking took it for a dead one's.
	for attempt := 1; err != nil && isSwept(err) && attempt < 10; attempt++ {
		groups, err = makeLocked(mount, parent)
	}
	if err != nil {
		mount.Close()
		return nil, err
	}
	return groups, nil
}

func makeLocked(mount *os.File, parent string) (*Groups, error) {
	path, err := os.MkdirTemp(parent, prefix)
	if err != nil {
		return nil, fmt.Errorf("no cgroup can be made below that of this process: %w", withoutPath(err))
	}
	// Held until the process ends, however it ends: Sweep tells by it what is still in use.
	lock, err := lockDirectory(path)
	if err == nil {
		if _, err = os.Stat(path); err == nil {
			return &Groups{path, mount, lock}, nil
		}
		lock.Close()
	}
	unix.Rmdir(path)
	return nil, fmt.Errorf("the cgroup can not be locked: %w", withoutPath(err))
}

func isSwept(err error) bool {
	return errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, os.ErrNotExist)
}

// Make makes the group of a run.
func (g *Groups) Make(run string) (session.Cgroup, error) {
	path := filepath.Join(g.Path, run)
	if err := os.Mkdir(path, 0o755); err != nil {
		return nil, err
	}
	descriptor, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		remove(path)
		return nil, err
	}
	return &group{path, descriptor}, nil
}

// Close removes it; the groups of the runs are gone by then.
func (g *Groups) Close() error {
	defer g.mount.Close()
	defer g.lock.Close()
	return remove(g.Path)
}

type group struct {
	path       string
	descriptor int
}

func (g *group) Descriptor() int { return g.descriptor }

// Kill ends all of its processes at one moment, also those that fork without end. Since Linux 5.14.
func (g *group) Kill() { kill(g.path) }

func (g *group) Remove() error {
	unix.Close(g.descriptor)
	return remove(g.path)
}

func kill(path string) { os.WriteFile(filepath.Join(path, "cgroup.kill"), []byte("1"), 0) }

// Sweep ends and removes what killed agents left behind.
func Sweep() error {
	mount, parent, err := openParent()
	if err != nil {
		return err
	}
	defer mount.Close()
	sessions, err := filepath.Glob(filepath.Join(parent, prefix+"*"))
	if err != nil {
		return err
	}
	var failed []error
	for _, path := range sessions {
		lock, err := lockDirectory(path)
		if err != nil {
			continue // in use, or gone meanwhile
		}
		kill(path)
		runs, _ := filepath.Glob(filepath.Join(path, "*", "cgroup.procs"))
		for _, file := range runs {
			failed = append(failed, remove(filepath.Dir(file)))
		}
		failed = append(failed, remove(path))
		lock.Close()
	}
	return errors.Join(failed...)
}

func lockDirectory(path string) (*os.File, error) {
	directory, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(directory.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		directory.Close()
		return nil, err
	}
	return directory, nil
}

// remove waits a little: a process leaves its group a moment after it could be waited for. Somebody else may have
// removed it meanwhile.
func remove(path string) error {
	for attempt := 0; ; attempt++ {
		err := unix.Rmdir(path)
		if errors.Is(err, unix.ENOENT) {
			return nil
		}
		if !errors.Is(err, unix.EBUSY) || attempt == 1000 {
			return err
		}
		time.Sleep(time.Millisecond)
	}
}

// withoutPath leaves out a path that leads through a descriptor and tells a reader nothing.
func withoutPath(err error) error {
	var with *os.PathError
	if errors.As(err, &with) {
		return with.Err
	}
	return err
}

const prefix = "afterclose-"
