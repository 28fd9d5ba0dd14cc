// Package batch reads what the launcher is told to do. harness/run/batch.ts is the schema.
package batch

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Batch is a list of runs, done one after another.
type Batch struct {
	Session  string
	Records  string // where records are appended
	Lifeline string // a FIFO; end of file means that the harness is gone
	Runs     []Run
}

// Run is one program to run.
type Run struct {
	ID        string
	Argv      []string // the first is the path of the program, absolute
	Env       []string // NAME=value: all of the environment
	Directory string
	Stdout    string
	Stderr    string
	Timeout   time.Duration
	Grace     time.Duration // from SIGTERM to SIGKILL
	Network   Network
}

// Network says where a run finds its loopback interface.
type Network string

const (
	Private   Network = "private"   // a network namespace of its own
	Inherited Network = "inherited" // the launcher's
)

// An ID becomes part of a mark, where a blank would end it.
var id = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:+-]{0,99}$`)

// Read accepts a batch only whole: every field there, none that is not known, every value usable.
func Read(path string) (*Batch, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	b, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return b, nil
}

// Parse is Read for the text of the file.
func Parse(text []byte) (*Batch, error) {
	var b Batch
	var version int
	var runs []json.RawMessage
	err := fields(text, map[string]interface{}{
		"schemaVersion": &version, "session": &b.Session, "records": &b.Records, "lifeline": &b.Lifeline, "runs": &runs,
	})
	if err != nil {
		return nil, err
	}
	if version != 1 {
		return nil, fmt.Errorf("schemaVersion is %d: this launcher knows 1; build both from the same source", version)
	}
	if !id.MatchString(b.Session) {
		return nil, fmt.Errorf("session %q: want %s", b.Session, id)
	}
	if err := absolute(map[string]string{"records": b.Records, "lifeline": b.Lifeline}); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, text := range runs {
		run, err := parseRun(text)
		if err != nil {
			return nil, fmt.Errorf("runs[%d]: %w", i, err)
		}
		if seen[run.ID] {
			return nil, fmt.Errorf("runs[%d]: run %q is there twice", i, run.ID)
		}
		seen[run.ID] = true
		b.Runs = append(b.Runs, run)
	}
	return &b, nil
}

func parseRun(text []byte) (Run, error) {
	var r Run
	var argv []*string
	var env map[string]*string
	var timeoutMs, graceMs int64
	err := fields(text, map[string]interface{}{
		"run": &r.ID, "argv": &argv, "env": &env, "directory": &r.Directory, "stdout": &r.Stdout, "stderr": &r.Stderr,
		"timeoutMs": &timeoutMs, "graceMs": &graceMs, "network": &r.Network,
	})
	if err != nil {
		return r, err
	}
	if !id.MatchString(r.ID) {
		return r, fmt.Errorf("run %q: want %s", r.ID, id)
	}
	if r.Argv, err = arguments(argv); err != nil {
		return r, err
	}
	err = absolute(map[string]string{
		"argv[0]": r.Argv[0], "directory": r.Directory, "stdout": r.Stdout, "stderr": r.Stderr})
	if err != nil {
		return r, err
	}
	if r.Env, err = environment(env); err != nil {
		return r, err
	}
	if r.Timeout, err = milliseconds("timeoutMs", timeoutMs, 1); err != nil {
		return r, err
	}
	if r.Grace, err = milliseconds("graceMs", graceMs, 0); err != nil {
		return r, err
	}
	if r.Network != Private && r.Network != Inherited {
		return r, fmt.Errorf("network %q: want %q or %q", r.Network, Private, Inherited)
	}
	return r, nil
}

func absolute(paths map[string]string) error {
	for name, path := range paths {
		if !filepath.IsAbs(path) || strings.ContainsRune(path, 0) {
			return fmt.Errorf("%s %q: want an absolute path", name, path)
		}
	}
	return nil
}

func milliseconds(name string, value, least int64) (time.Duration, error) {
	const most = int64(1<<63-1) / int64(time.Millisecond)
	if value < least || value > most {
		return 0, fmt.Errorf("%s %d: want %d to %d", name, value, least, most)
	}
	return time.Duration(value) * time.Millisecond, nil
}
