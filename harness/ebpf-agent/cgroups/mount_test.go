package cgroups

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestWholeMounts(t *testing.T) {
	const (
		v1       = "30 25 0:26 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu"
		unified  = "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime shared:10 master:2 - cgroup2 cgroup2 rw,nsdelegate"
		part     = "42 31 0:38 /docker/1 /sys/fs/cgroup/part rw,relatime - cgroup2 cgroup2 rw"
		readOnly = "43 31 0:38 / /sys/fs/cgroup ro,nosuid,relatime - cgroup2 cgroup2 rw"
		noOption = "44 31 0:38 / /mnt rw - cgroup2 none rw"
		escaped  = `46 31 0:38 / /mnt/a\040b\011c\012d\134040e rw - cgroup2 none rw`
		broken   = "none 31 0:38 / /mnt rw - cgroup2 none rw\n45 - cgroup2 \n"
	)
	all := v1 + "\n" + unified + "\n" + part + "\n" + readOnly + "\n" + noOption + "\n" + escaped + "\n" + broken
	want := []mounted{{41, "/sys/fs/cgroup/unified"}, {44, "/mnt"}, {46, "/mnt/a b\tc\nd\\040e"}}
	if got := wholeMounts(all); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := wholeMounts(""); got != nil {
		t.Errorf("of none: %v", got)
	}
}

func TestMountUnseen(t *testing.T) {
	before := mountinfo(t)
	expectCgroup2(t, mountUnseen)
	// With the options at the end of its line, which are those of the whole machine.
	if after := mountinfo(t); after != before {
		t.Errorf("mounts before:\n%s\nand after:\n%s", before, after)
	}
}

// Of mountUnseen alone nothing would fail here: whatever is in the way of a copy, it mounts anew.
func TestCopyUnseen(t *testing.T) {
	whole := wholeMounts(mountinfo(t))
	if len(whole) == 0 {
		t.Skip("missing: a machine where all of cgroup2 is mounted")
	}
	expectCgroup2(t, func() (*os.File, error) {
		var refused error
		for _, there := range whole {
			copied, err := there.copyUnseen()
			if err == nil {
				return copied, nil
			}
			refused = errors.Join(refused, err)
		}
		return nil, refused
	})
}

func TestMountAnew(t *testing.T) {
	if regexp.MustCompile(` - cgroup2 \S+ rw,`).MatchString(mountinfo(t)) {
		t.Skip("missing: a machine where cgroup2 has no options that a new mount would take from it")
	}
	expectCgroup2(t, mountAnew)
}

func mountinfo(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func expectCgroup2(t *testing.T, open func() (*os.File, error)) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("missing: root (it mounts cgroup2)")
	}
	mount, err := open()
	if err != nil {
		t.Fatal(err)
	}
	defer mount.Close()
	var status unix.Statfs_t
	if err := unix.Fstatfs(int(mount.Fd()), &status); err != nil || status.Type != unix.CGROUP2_SUPER_MAGIC {
		t.Errorf("file system %x, %v", status.Type, err)
	}
	var seen unix.Statx_t
	if err := unix.Statx(int(mount.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &seen); err != nil {
		t.Fatal(err)
	}
	if line := fmt.Sprintf("\n%d ", seen.Mnt_id); strings.Contains("\n"+mountinfo(t), line) {
		t.Error("it is mounted in a place")
	}
}

func TestNotTheMountThatIsMeant(t *testing.T) {
	if mount, err := (mounted{1 << 40, "/proc"}).copyUnseen(); err == nil {
		mount.Close()
		t.Error("another mount was copied")
	}
}

func TestOwnGroup(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cgroup")
	for _, c := range []struct{ text, want string }{
		{"0::/user.slice/user-1000.slice\n", "/user.slice/user-1000.slice"},
		{"9:name=systemd:/a\n4:memory:/b\n0::/\n", "/"},
		{"0::/a:b\n", "/a:b"},
		{"9:name=systemd:/a\n", ""}, // cgroup v1 alone
		{"", ""},
	} {
		if err := os.WriteFile(file, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		group, err := ownGroup(file)
		if group != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%q: %q, %v", c.text, group, err)
		}
	}
}
