package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"afterclose.dev/launcher/session"
)

// describeNetwork is what a run prints of its namespace: its name, and whether it can bind the port that
// the test holds and reach itself there.
func describeNetwork() {
	name, err := os.Readlink("/proc/self/ns/net")
	fmt.Println(name, err)
	for _, address := range strings.Fields(os.Getenv("ADDRESSES")) {
		fmt.Println(talkToOneself(address))
	}
}

func talkToOneself(address string) error {
	conn, err := net.ListenPacket("udp", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.WriteTo([]byte("x"), conn.LocalAddr()); err != nil {
		return err
	}
	_, _, err = conn.ReadFrom(make([]byte, 1))
	return err
}

func (b *bench) networkRun(network, addresses string) {
	b.shell("", fields{
		"argv": []string{b.binary}, "network": network,
		"env": fields{"LAUNCHER_TEST": "network", "ADDRESSES": addresses},
	})
}

func TestPrivateNetwork(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("missing: root (TestPrivateNetworkInUserNamespace has the same)")
	}
	privateNetwork(t, newBench(t))
}

func TestPrivateNetworkInUserNamespace(t *testing.T) {
	b := newBench(t)
	b.attr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}},
	}
	for _, path := range []string{"/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/unprivileged_userns_clone"} {
		if text, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(text)) == "0" {
			t.Skipf("missing: user namespaces (%s is 0)", path)
		}
	}
	privateNetwork(t, b)
}

func privateNetwork(t *testing.T, b *bench) {
	holder, err := net.ListenPacket("udp", "127.0.0.1:0")
	b.check(err)
	defer holder.Close()
	held := holder.LocalAddr().String()
	b.networkRun("private", held+" [::1]:3001")
	b.networkRun("inherited", held)
	b.networkRun("private", held)
	r := b.finish(b.start(), session.ExitDone)
	for i, network := range []string{"private", "inherited", "private"} {
		want(t, r[1+i], fields{"network": network, "error": nil, "exitCode": 0})
	}
	own, err := os.Readlink("/proc/self/ns/net")
	b.check(err)
	first, second := b.output("0001.out"), b.output("0003.out")
	if !strings.HasSuffix(first, " <nil>\n<nil>\n<nil>\n") || !strings.HasSuffix(second, " <nil>\n<nil>\n") {
		t.Errorf("private runs: %q, %q; %v %q", first, second, r, b.output("0001.err"))
	}
	if got := b.output("0002.out"); !strings.HasPrefix(got, own+" <nil>\n") || !strings.Contains(got, syscall.EADDRINUSE.Error()) {
		t.Errorf("inherited run: %q, own %s", got, own)
	}
	name := func(output string) string { return strings.Split(output, " ")[0] }
	if name(first) == own || name(second) == own || name(first) == name(second) {
		t.Errorf("namespaces: %s, %s, own %s", name(first), name(second), own)
	}
}

func TestPrivateNetworkIsNeverPretended(t *testing.T) {
	b := newBench(t)
	if os.Geteuid() == 0 {
		if users, err := os.ReadFile("/proc/self/uid_map"); err == nil && strings.HasSuffix(string(users), " 1\n") {
			t.Skip("missing: a second user (root of a user namespace of one user)")
		}
		becomeNobody(b)
	}
	b.networkRun("private", "")
	b.networkRun("inherited", "")
	r := b.finish(b.start(), session.ExitDone)
	want(t, r[1], fields{"pid": nil, "network": "inherited", "exitCode": nil})
	if message, _ := r[1]["error"].(string); !strings.Contains(message, syscall.EPERM.Error()) {
		t.Errorf("error: %q", message)
	}
	if got := b.output("0001.out"); got != "" {
		t.Errorf("it was run: %q", got)
	}
	want(t, r[2], fields{"network": "inherited", "error": nil, "exitCode": 0})
}

// becomeNobody lets an ordinary user be the launcher, in a directory and with a binary that it can reach.
func becomeNobody(b *bench) {
	const nobody = 65534
	copied := b.path("launcher.test")
	from, err := os.Open(b.binary)
	b.check(err)
	defer from.Close()
	to, err := os.OpenFile(copied, os.O_WRONLY|os.O_CREATE, 0o755)
	b.check(err)
	_, err = io.Copy(to, from)
	b.check(err)
	b.check(to.Close())
	b.check(os.Chmod(filepath.Dir(b.directory), 0o755))
	b.check(os.Chmod(b.directory, 0o777))
	b.check(os.Chmod(b.path("lifeline"), 0o666))
	b.binary = copied
	b.attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
}
