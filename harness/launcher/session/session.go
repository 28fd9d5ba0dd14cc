// Package session does the runs of a batch, one after another, and lets nothing outlive them. The process
// that uses it is given over to it: every child and every orphaned descendant belongs to the current run.
package session

import (
	"fmt"
	"os"
	"runtime"
	"syscall"

	"afterclose.dev/launcher/batch"
	"afterclose.dev/launcher/record"
)

// Outcome says why a session ended that could write its last record.
type Outcome struct {
	Reason Reason
	Signal syscall.Signal // of ReasonSignal
}

// Reason is the reason of the end record.
type Reason string

const (
	ReasonDone     Reason = "done"
	ReasonLifeline Reason = "lifeline"
	ReasonSignal   Reason = "signal"
)

// NotStarted means that no run was begun.
type NotStarted struct{ Err error }

func (e *NotStarted) Error() string { return "nothing was run: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *NotStarted) Unwrap() error { return e.Err }

type session struct {
	records *record.Writer
	stops   <-chan Outcome
	stopped *Outcome // set once, by whatever asked first
	home    string   // the launcher's network namespace
	threads threads
	cgroups Cgroups
}

// Cgroups gives each run a control group of its own.
type Cgroups interface {
	Make(run string) (Cgroup, error)
}

// Cgroup is the group of a run.
type Cgroup interface {
	Descriptor() int
	// Kill ends whatever is in it.
	Kill()
	// Remove is called when the run and its descendants are gone.
	Remove() error
}

// Do returns when all runs are over and their descendants are gone. Its errors are a *NotStarted, or say
// what made it impossible to go on (a file that could not be written, a process that could not be ended);
// then the current run has been ended too, and there is no end record. Without cgroups the runs stay in the
// launcher's own.
func Do(b *batch.Batch, cgroups Cgroups) (Outcome, error) {
	mark("session begin " + b.Session)
	defer mark("session end " + b.Session)
	s, err := begin(b)
	if err != nil {
		return Outcome{}, &NotStarted{err}
	}
	s.cgroups = cgroups
	runs := 0
	for _, run := range b.Runs {
		if s.isStopped() {
			break
		}
		done, err := s.do(run)
		if err != nil {
			return Outcome{}, fmt.Errorf("ended early: run %s: %w", run.ID, err)
		}
		if err := s.records.Write(done); err != nil {
			return Outcome{}, fmt.Errorf("ended early: the record of run %s could not be written: %w", run.ID, err)
		}
		runs++
	}
	outcome := Outcome{Reason: ReasonDone}
	if s.stopped != nil {
		outcome = *s.stopped
	}
	end := record.End{Kind: "end", Runs: runs, Reason: string(outcome.Reason), At: now()}
	if err := s.records.Write(end); err != nil {
		return Outcome{}, fmt.Errorf("ended early: the end record could not be written: %w", err)
	}
	return outcome, nil
}

func begin(b *batch.Batch) (*session, error) {
	if err := keepDescriptorsFromRuns(); err != nil {
		return nil, fmt.Errorf("the launcher's own descriptors could not be kept from its runs: %w; is /proc mounted?", err)
	}
	if !reapZombies() {
		return nil, fmt.Errorf("the launcher has child processes already and would end them with its first run; " +
			"start it as a process of its own")
	}
	home, err := currentNetwork()
	if err != nil {
		return nil, fmt.Errorf("the launcher's network namespace can not be told: %w; is /proc mounted?", err)
	}
	records, err := record.Open(b.Records)
	if err != nil {
		return nil, fmt.Errorf("the records can not be written: %w", err)
	}
	stops, err := listen(b.Lifeline)
	if err != nil {
		return nil, fmt.Errorf("lifeline: %w; whoever starts the launcher makes this FIFO and holds it open", err)
	}
	first := record.Launcher{
		Kind:          "launcher",
		SchemaVersion: 1,
		Session:       b.Session,
		Pid:           os.Getpid(),
		GoVersion:     runtime.Version(),
		Kernel:        kernelRelease(),
		Subreaper:     becomeSubreaper(),
		At:            now(),
	}
	if err := records.Write(first); err != nil {
		return nil, fmt.Errorf("the records can not be written: %w", err)
	}
	return &session{records: records, stops: stops, home: home}, nil
}

func (s *session) isStopped() bool {
	if s.stopped == nil {
		select {
		case stop := <-s.stops:
			s.stopped = &stop
		default:
		}
	}
	return s.stopped != nil
}
