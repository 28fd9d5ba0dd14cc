package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// openParent returns the group that the process is in.
func openParent() (mount *os.File, path string, err error) {
	if mount, err = mountUnseen(); err != nil {
		return nil, "", fmt.Errorf("cgroup2 can not be mounted: %w", err)
	}
	own, err := ownGroup("/proc/self/cgroup")
	if err != nil {
		mount.Close()
		return nil, "", fmt.Errorf("no cgroup can be made: %w", err)
	}
	return mount, filepath.Join(fmt.Sprintf("/proc/self/fd/%d", mount.Fd()), own), nil
}

// mountUnseen mounts cgroup2 in no place: it is seen through its descriptor alone and is gone with it. Where it is
// mounted already, that mount is copied: one made anew would take options like nsdelegate from the whole machine, and
// the kernel waits for RCU in between: 3 to 17 ms where that was measured.
func mountUnseen() (*os.File, error) {
	// Whatever is in the way of a copy, what is said then of a new mount tells more.
	mountinfo, _ := os.ReadFile("/proc/self/mountinfo")
	for _, there := range wholeMounts(string(mountinfo)) {
		if copied, err := there.copyUnseen(); err == nil {
			return copied, nil
		}
	}
	return mountAnew()
}

type mounted struct {
	id   uint64
	path string
}

// wholeMounts reads proc_pid_mountinfo(5): where all of cgroup2, as this process sees it, can be written to.
func wholeMounts(mountinfo string) []mounted {
	var found []mounted
	for _, line := range strings.Split(mountinfo, "\n") {
		mount, filesystem, _ := strings.Cut(line, " - ")
		fields := strings.Fields(mount)
		if !strings.HasPrefix(filesystem, "cgroup2 ") || len(fields) < 6 {
			continue
		}
		id, err := strconv.ParseUint(fields[0], 10, 64)
		root, path, options := fields[3], fields[4], fields[5]
		if err == nil && root == "/" && strings.HasPrefix(options, "rw") {
			found = append(found, mounted{id, unescape.Replace(path)})
		}
	}
	return found
}

// unescape undoes what the kernel writes for the characters that would part fields and lines.
var unescape = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

func (m mounted) copyUnseen() (*os.File, error) {
	root, err := unix.Open(m.path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(root)
	var status unix.Statx_t
	if err := unix.Statx(root, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &status); err != nil {
		return nil, err
	}
	if status.Mnt_id != m.id {
		return nil, errors.New("another mount hides it")
	}
	mount, err := unix.OpenTree(root, "", unix.AT_EMPTY_PATH|unix.OPEN_TREE_CLONE|unix.OPEN_TREE_CLOEXEC)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(mount), "cgroup2"), nil
}

func mountAnew() (*os.File, error) {
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

// ownGroup reads cgroups(7): the line of the unified hierarchy begins with 0::.
func ownGroup(file string) (string, error) {
	text, err := os.ReadFile(file)
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
