package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The test binary is the launcher and the program it runs, too.
func TestMain(m *testing.M) {
	switch os.Getenv("LAUNCHER_TEST") {
	case "launcher":
		os.Exit(launch(os.Args[1:]))
	case "network":
		describeNetwork()
	default:
		os.Exit(m.Run())
	}
}

// bench is a batch under construction, with its directory and lifeline.
type bench struct {
	t         *testing.T
	directory string
	binary    string
	lifeline  *os.File
	runs      []map[string]interface{}
	attr      *syscall.SysProcAttr
	extra     []*os.File
	wrapper   []string // put before the launcher's own argv
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, directory: t.TempDir()}
	var err error
	b.binary, err = os.Executable()
	b.check(err)
	b.check(syscall.Mkfifo(b.path("lifeline"), 0o666))
	lifeline, err := os.OpenFile(b.path("lifeline"), os.O_RDWR, 0)
	b.check(err)
	b.lifeline = lifeline
	t.Cleanup(func() { lifeline.Close() })
	return b
}

func (b *bench) path(name string) string { return filepath.Join(b.directory, name) }

func (b *bench) check(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// shell adds a run of a script; changes overwrite fields of it.
func (b *bench) shell(script string, changes ...map[string]interface{}) {
	id := fmt.Sprintf("%04d", len(b.runs)+1)
	run := map[string]interface{}{
		"run": id, "argv": []string{"/bin/sh", "-c", script}, "env": map[string]string{"PATH": os.Getenv("PATH")},
		"directory": b.directory, "stdout": b.path(id + ".out"), "stderr": b.path(id + ".err"),
		"timeoutMs": 60_000, "graceMs": 60_000, "network": "inherited",
	}
	for _, change := range changes {
		for name, value := range change {
			run[name] = value
		}
	}
	b.runs = append(b.runs, run)
}

func (b *bench) start() *exec.Cmd {
	b.t.Helper()
	b.write("batch.json", map[string]interface{}{
		"schemaVersion": 1, "session": "s1", "records": b.path("records"), "lifeline": b.path("lifeline"), "runs": b.runs,
	})
	argv := append(b.wrapper, b.binary, b.path("batch.json"))
	launcher := exec.Command(argv[0], argv[1:]...)
	launcher.Env = append(os.Environ(), "LAUNCHER_TEST=launcher")
	launcher.SysProcAttr = b.attr
	launcher.ExtraFiles = b.extra
	// A file, not a pipe: what is left behind would keep a pipe, and this test, waiting.
	stderr, err := os.Create(b.path("launcher.err"))
	b.check(err)
	defer stderr.Close()
	launcher.Stderr = stderr
	b.check(launcher.Start())
	return launcher
}

func (b *bench) write(name string, value interface{}) {
	b.t.Helper()
	text, err := json.Marshal(value)
	b.check(err)
	b.check(os.WriteFile(b.path(name), text, 0o644))
}

// finish waits for the launcher and wants this exit code of it.
func (b *bench) finish(launcher *exec.Cmd, code int) []map[string]interface{} {
	b.t.Helper()
	launcher.Wait()
	if got := launcher.ProcessState.ExitCode(); got != code {
		b.t.Fatalf("the launcher's exit code is %d, want %d; it said: %s", got, code, b.message())
	}
	return b.records()
}

func (b *bench) records() []map[string]interface{} {
	b.t.Helper()
	text, err := os.ReadFile(b.path("records"))
	if os.IsNotExist(err) {
		return nil
	}
	b.check(err)
	var records []map[string]interface{}
	decoder := json.NewDecoder(bytes.NewReader(text))
	for {
		var r map[string]interface{}
		if err := decoder.Decode(&r); err == io.EOF {
			return records
		} else if err != nil {
			b.t.Fatalf("%v in %s", err, text)
		}
		records = append(records, r)
	}
}

func (b *bench) output(name string) string {
	b.t.Helper()
	text, err := os.ReadFile(b.path(name))
	b.check(err)
	return string(text)
}

// message is what the launcher said on stderr.
func (b *bench) message() string { return b.output("launcher.err") }

// rendezvous is a FIFO on which a run says that it has come to a certain point.
func (b *bench) rendezvous() (path string, line func() string) {
	b.t.Helper()
	path = b.path("rendezvous")
	b.check(syscall.Mkfifo(path, 0o666))
	pipe, err := os.OpenFile(path, os.O_RDWR, 0)
	b.check(err)
	b.t.Cleanup(func() { pipe.Close() })
	reader := bufio.NewReader(pipe)
	return path, func() string {
		b.t.Helper()
		b.check(pipe.SetReadDeadline(time.Now().Add(30 * time.Second)))
		text, err := reader.ReadString('\n')
		b.check(err)
		return strings.TrimSpace(text)
	}
}

// want compares the fields named, null being nil.
func want(t *testing.T, record map[string]interface{}, fields map[string]interface{}) {
	t.Helper()
	for name, value := range fields {
		if number, ok := value.(int); ok {
			value = float64(number)
		}
		if got, there := record[name]; !there || got != value {
			t.Errorf("%s is %v, want %v, in %v", name, got, value, record)
		}
	}
}

// wantGone waits until no process has this number, or only a dead one that init has not come round to.
func wantGone(t *testing.T, pid string) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + pid + "/stat")
		if err != nil || bytes.Contains(stat, []byte(") Z ")) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("still there: %s", stat)
		}
	}
}
