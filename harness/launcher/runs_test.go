package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"afterclose.dev/launcher/session"
)

type fields = map[string]interface{}

func TestRecordsOfOrdinaryRuns(t *testing.T) {
	b := newBench(t)
	b.shell("exit 0")
	b.shell("exit 7")
	b.shell("kill -SEGV $$")
	b.shell("", fields{"argv": []string{"/nonexistent/program"}})
	b.shell("exit 0", fields{"directory": "/nonexistent/directory"})
	launcher := b.start()
	r := b.finish(launcher, session.ExitDone)
	if len(r) != 7 {
		t.Fatalf("%d records: %v", len(r), r)
	}
	want(t, r[0], fields{"kind": "launcher", "schemaVersion": 1, "session": "s1", "pid": launcher.Process.Pid,
		"goVersion": runtime.Version(), "subreaper": true})
	want(t, r[1], fields{"kind": "run", "run": "0001", "exitCode": 0, "signal": nil, "ended": nil, "killedWith": nil,
		"network": "inherited", "stragglers": 0, "error": nil})
	want(t, r[2], fields{"run": "0002", "exitCode": 7, "signal": nil})
	want(t, r[3], fields{"run": "0003", "exitCode": nil, "signal": "SIGSEGV", "ended": nil, "killedWith": nil})
	for i, path := range []string{"/nonexistent/program", "/nonexistent/directory"} {
		want(t, r[4+i], fields{"pid": nil, "exitCode": nil, "signal": nil})
		if message, _ := r[4+i]["error"].(string); !strings.Contains(message, path) {
			t.Errorf("%q does not name %s", message, path)
		}
	}
	want(t, r[6], fields{"kind": "end", "runs": 5, "reason": "done"})
	wantTimesInOrder(t, r)
}

func wantTimesInOrder(t *testing.T, records []map[string]interface{}) {
	t.Helper()
	var last uint64
	for _, r := range records {
		for _, name := range []string{"at", "startedAt", "endedAt"} {
			text, there := r[name]
			if !there {
				continue
			}
			at, err := strconv.ParseUint(text.(string), 10, 64)
			if err != nil || at < last {
				t.Errorf("%s %v after %d: %v", name, text, last, err)
			}
			last = at
		}
	}
}

func TestWhatARunIsGiven(t *testing.T) {
	b := newBench(t)
	leak, err := os.Open("/dev/null")
	b.check(err)
	defer leak.Close()
	b.extra = []*os.File{leak} // as descriptor 3, open across exec
	b.shell("cat; pwd; env; echo error >&2", fields{"env": fields{"A": "1 2"}})
	b.shell("ls /proc/$$/fd; exit 0")
	b.shell("cut -d' ' -f1,5 /proc/$$/stat; exit 0")
	b.shell("echo out; echo error >&2", fields{"stderr": b.path("0004.out")})
	b.finish(b.start(), session.ExitDone)
	// dash adds PWD to the environment; nothing of the launcher's own is there.
	if got := b.output("0001.out"); got != b.directory+"\nA=1 2\nPWD="+b.directory+"\n" &&
		got != b.directory+"\nPWD="+b.directory+"\nA=1 2\n" {
		t.Errorf("stdin, directory, environment: %q", got)
	}
	if got := b.output("0001.err"); got != "error\n" {
		t.Errorf("stderr: %q", got)
	}
	if got := b.output("0002.out"); got != "0\n1\n2\n" {
		t.Errorf("descriptors: %q", got)
	}
	if ids := strings.Fields(b.output("0003.out")); len(ids) != 2 || ids[0] != ids[1] {
		t.Errorf("process and group: %v", ids)
	}
	if got := b.output("0004.out"); got != "out\nerror\n" {
		t.Errorf("both in one file: %q", got)
	}
}

func TestTimeout(t *testing.T) {
	b := newBench(t)
	b.shell("exec sleep 1000", fields{"timeoutMs": 1})
	b.shell("exit 3")
	r := b.finish(b.start(), session.ExitDone)
	want(t, r[1], fields{"exitCode": nil, "signal": "SIGTERM", "ended": "timeout", "killedWith": "SIGTERM", "stragglers": 0})
	want(t, r[2], fields{"exitCode": 3, "ended": nil})
}

func TestStopOfARunThatIgnoresSIGTERM(t *testing.T) {
	b := newBench(t)
	path, line := b.rendezvous()
	b.shell(`trap "" TERM; setsid sh -c 'echo $$ >`+path+`; exec sleep 1000' & while :; do sleep 1; done`, fields{"graceMs": 1})
	b.shell("exit 0")
	launcher := b.start()
	left := line()
	b.lifeline.Close()
	r := b.finish(launcher, session.ExitLifeline)
	want(t, r[1], fields{"exitCode": nil, "signal": "SIGKILL", "ended": "stopped", "killedWith": "SIGKILL", "stragglers": 1})
	want(t, r[2], fields{"kind": "end", "runs": 1, "reason": "lifeline"})
	wantGone(t, left)
}

func TestGraceIsForTheWholeRun(t *testing.T) {
	b := newBench(t)
	path, line := b.rendezvous()
	// The first process ends at once; its child has something to save.
	b.shell(`sh -c 'trap "sleep 0.1; echo saved; exit" TERM; echo >` + path + `; while :; do sleep 0.01; done' &
		trap "exit 9" TERM; while :; do sleep 0.01; done`)
	launcher := b.start()
	line()
	b.lifeline.Close()
	r := b.finish(launcher, session.ExitLifeline)
	want(t, r[1], fields{"ended": "stopped", "killedWith": "SIGTERM", "stragglers": 0})
	if got := b.output("0001.out"); got != "saved\n" {
		t.Errorf("output: %q", got)
	}
}

func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP} {
		b := newBench(t)
		path, line := b.rendezvous()
		b.shell("trap 'exit 7' TERM; echo $$ >" + path + "; while :; do sleep 0.01; done")
		launcher := b.start()
		pid := line()
		b.check(launcher.Process.Signal(signal))
		r := b.finish(launcher, 128+int(signal))
		want(t, r[1], fields{"exitCode": 7, "signal": nil, "ended": "stopped", "killedWith": "SIGTERM"})
		want(t, r[2], fields{"kind": "end", "reason": "signal"})
		wantGone(t, pid)
	}
}

func TestStragglers(t *testing.T) {
	b := newBench(t)
	b.shell("sleep 1000 & echo $!; (setsid sleep 1000 & echo $!); setsid sh -c 'sleep 1000 & echo $!'; exit 4")
	b.shell("(true &); exit 0")
	r := b.finish(b.start(), session.ExitDone)
	want(t, r[1], fields{"exitCode": 4, "ended": nil, "killedWith": nil, "stragglers": 3})
	want(t, r[2], fields{"exitCode": 0})
	left := strings.Fields(b.output("0001.out"))
	if len(left) != 3 {
		t.Fatalf("left: %v", left)
	}
	for _, pid := range left {
		if _, err := os.Stat("/proc/" + pid); err == nil {
			t.Errorf("%s is still there", pid)
		}
	}
}

func TestKillOfTheLauncherEndsTheRun(t *testing.T) {
	for _, network := range []string{"inherited", "private"} {
		if network == "private" && os.Geteuid() != 0 {
			continue
		}
		b := newBench(t)
		path, line := b.rendezvous()
		b.shell("exit 0", fields{"network": network}) // the second run of a thread, not its first
		b.shell("echo $$ >"+path+"; exec sleep 1000", fields{"network": network})
		launcher := b.start()
		pid := line()
		b.check(launcher.Process.Kill())
		launcher.Wait()
		wantGone(t, pid)
		if r := b.records(); len(r) != 2 {
			t.Errorf("records: %v", r)
		}
	}
}

func TestNothingIsRunWithout(t *testing.T) {
	for name, spoil := range map[string]func(b *bench){
		"lifeline":          func(b *bench) { b.check(os.Remove(b.path("lifeline"))) },
		"a FIFO":            func(b *bench) { b.check(os.Remove(b.path("lifeline"))); b.write("lifeline", 1) },
		"a file to record":  func(b *bench) { b.check(os.Mkdir(b.path("records"), 0o755)) },
		"room for a record": func(b *bench) { b.check(os.Symlink("/dev/full", b.path("records"))) },
	} {
		b := newBench(t)
		b.shell("exit 0")
		spoil(b)
		launcher := b.start()
		launcher.Wait()
		if code := launcher.ProcessState.ExitCode(); code != session.ExitNotStarted {
			t.Errorf("without %s: exit code %d, %s", name, code, b.message())
		}
		if !strings.Contains(b.message(), "nothing was run") {
			t.Errorf("without %s: %s", name, b.message())
		}
		if _, err := os.Stat(b.path("0001.out")); err == nil {
			t.Errorf("without %s: it was run", name)
		}
	}
}

func TestLifelineThatNobodyHolds(t *testing.T) {
	b := newBench(t)
	b.shell("exec sleep 1000")
	b.lifeline.Close()
	r := b.finish(b.start(), session.ExitLifeline)
	want(t, r[len(r)-1], fields{"kind": "end", "reason": "lifeline"})
}

func TestRefusedBatch(t *testing.T) {
	b := newBench(t)
	b.shell("exit 0", fields{"colour": "red"})
	b.finish(b.start(), session.ExitUsage)
	if !strings.Contains(b.message(), `runs[0]: unknown field "colour"`) {
		t.Error(b.message())
	}
	if _, err := os.Stat(b.path("records")); err == nil {
		t.Error("records were begun")
	}
}

func TestOutputThatCanNotBeWritten(t *testing.T) {
	b := newBench(t)
	b.shell("exit 0")
	b.shell("exit 0", fields{"stdout": filepath.Join(b.directory, "missing", "out")})
	b.shell("exit 0")
	r := b.finish(b.start(), session.ExitBroken)
	if len(r) != 2 {
		t.Errorf("records: %v", r)
	}
	if !strings.Contains(b.message(), "run 0002") {
		t.Error(b.message())
	}
}

func TestFullDisk(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("missing: root (only root can mount a small disk)")
	}
	b := newBench(t)
	small := b.path("small")
	b.check(os.Mkdir(small, 0o755))
	b.check(os.Symlink(filepath.Join(small, "records"), b.path("records")))
	for i := 0; i < 30; i++ {
		b.shell("exit 0")
	}
	b.attr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	b.wrapper = []string{"/bin/sh", "-c", `mount -t tmpfs -o size=4k none "$0" && exec "$@"`, small}
	b.finish(b.start(), session.ExitBroken)
	if !strings.Contains(b.message(), syscall.ENOSPC.Error()) {
		t.Error(b.message())
	}
	if _, err := os.Stat(b.path("0030.out")); err == nil {
		t.Error("it went on")
	}
}

func TestChildrenOfOthersAreLeftAlone(t *testing.T) {
	b := newBench(t)
	path, line := b.rendezvous()
	b.shell("exit 0")
	b.wrapper = []string{"/bin/sh", "-c", `sleep 1000 & echo $! >"$0"; exec "$@"`, path}
	b.finish(b.start(), session.ExitNotStarted)
	pid, err := strconv.Atoi(line())
	b.check(err)
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Errorf("the child that was there before: %v", err)
	}
}

func TestNoProcessOfItsOwn(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("missing: strace (the number of processes is counted with it)")
	}
	b := newBench(t)
	b.shell("exit 0")
	b.shell("exit 0")
	b.wrapper = []string{strace, "-f", "-qq", "-e", "trace=clone,clone3,fork,vfork,execve", "-e", "signal=none", "-o", b.path("log")}
	b.finish(b.start(), session.ExitDone)
	processes := 0
	for _, line := range strings.Split(b.output("log"), "\n") {
		if (strings.Contains(line, "clone(") || strings.Contains(line, "fork(") || strings.Contains(line, "clone3(")) &&
			!strings.Contains(line, "CLONE_THREAD") {
			processes++
		}
	}
	if processes != 2 {
		t.Errorf("%d processes for 2 runs:\n%s", processes, b.output("log"))
	}
}
