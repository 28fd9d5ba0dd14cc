package session

import (
	"fmt"
	"os"
	"syscall"
	"time"

	"afterclose.dev/launcher/batch"
	"afterclose.dev/launcher/record"
)

// do returns the record of a run, also of one that could not be started. An error means that the session
// can not go on.
func (s *session) do(run batch.Run) (record.Run, error) {
	r := record.Run{Kind: "run", Run: run.ID, Network: string(batch.Inherited), StartedAt: now()}
	files, err := openFiles(run)
	if err != nil {
		return r, err
	}
	cgroup, err := s.makeCgroup(run)
	var p *process
	if err == nil {
		p, err = s.start(run, files, cgroup, &r)
	}
	files.close()
	if err == nil {
		r.Pid = &p.pid
		if err := s.finish(run, p, cgroup, &r); err != nil {
			return r, err
		}
	} else {
		r.Error = text(err.Error())
	}
	if err := cgroup.Remove(); err != nil {
		return r, fmt.Errorf("its cgroup could not be removed: %w", err)
	}
	if r.Error != nil {
		r.EndedAt = now()
		return r, nil
	}
	r.EndedAt = now()
	mark("run " + run.ID + " end")
	return r, nil
}

func (s *session) makeCgroup(run batch.Run) (Cgroup, error) {
	if s.cgroups == nil {
		return noCgroup{}, nil
	}
	cgroup, err := s.cgroups.Make(run.ID)
	if err != nil {
		return noCgroup{}, fmt.Errorf("not started, since it could have no cgroup of its own: %w", err)
	}
	return cgroup, nil
}

// noCgroup is that of a run that stays in the launcher's.
type noCgroup struct{}

func (noCgroup) Descriptor() int { return -1 }
func (noCgroup) Kill()           {}
func (noCgroup) Remove() error   { return nil }

func (s *session) start(run batch.Run, files *files, cgroup Cgroup, r *record.Run) (*process, error) {
	thread := s.threads.inheriting()
	if run.Network == batch.Private {
		thread = s.threads.separate()
	}
	var p *process
	var err error
	thread.do(func() {
		if run.Network == batch.Private {
			if err = enterPrivateNetwork(s.home); err != nil {
				err = fmt.Errorf("not started, since it could have no network namespace of its own: %w", err)
				return
			}
		}
		r.Network = string(run.Network)
		r.StartedAt = now()
		mark("run " + run.ID + " begin")
		if p, err = startProcess(run, files, cgroup.Descriptor()); err != nil {
			mark("run " + run.ID + " end")
		}
	})
	return p, err
}

// finish waits for the end of the run, or brings it about, and ends what it left behind.
func (s *session) finish(run batch.Run, p *process, cgroup Cgroup, r *record.Run) error {
	timeout := time.NewTimer(run.Timeout)
	defer timeout.Stop()
	var killed bool
	var err error
	select {
	case <-p.ended:
	case <-timeout.C:
		r.Ended = text("timeout")
	case stop := <-s.stops:
		s.stopped = &stop
		r.Ended = text("stopped")
	}
	if r.Ended != nil {
		if killed, err = p.terminate(run.Grace); err != nil {
			return err
		}
	}
	status, err := p.reap()
	if err != nil {
		return err
	}
	// Who was killed together with the first process did not outlive it.
	except := noGroup
	if killed {
		except = p.pid
	}
	if r.Stragglers, err = endDescendants(except, cgroup.Kill); err != nil {
		return err
	}
	if r.Ended != nil {
		r.KilledWith = text("SIGTERM")
		if killed || r.Stragglers > 0 {
			r.KilledWith = text("SIGKILL")
		}
	}
	if status.Signaled() {
		r.Signal = text(signalName(status.Signal()))
	} else {
		code := status.ExitStatus()
		r.ExitCode = &code
	}
	return nil
}

// files are the standard streams of a run.
type files struct{ stdin, stdout, stderr *os.File }

func openFiles(run batch.Run) (*files, error) {
	var f files
	for _, stream := range []struct {
		file **os.File
		path string
		mode int
	}{
		{&f.stdin, os.DevNull, os.O_RDONLY},
		// Appended, so that both may be one file.
		{&f.stdout, run.Stdout, os.O_WRONLY | os.O_CREATE | os.O_APPEND | os.O_TRUNC},
		{&f.stderr, run.Stderr, os.O_WRONLY | os.O_CREATE | os.O_APPEND | os.O_TRUNC},
	} {
		file, err := os.OpenFile(stream.path, stream.mode, 0o644)
		if err != nil {
			f.close()
			return nil, fmt.Errorf("its standard streams could not be opened: %w", err)
		}
		*stream.file = file
	}
	return &f, nil
}

func (f *files) close() {
	for _, file := range []*os.File{f.stdin, f.stdout, f.stderr} {
		if file != nil {
			file.Close()
		}
	}
}

func (f *files) descriptors() []uintptr {
	return []uintptr{f.stdin.Fd(), f.stdout.Fd(), f.stderr.Fd()}
}

func startProcess(run batch.Run, files *files, cgroup int) (*process, error) {
	// Not os/exec: it would first fork a child of its own to try out pidfd, in the middle of the trace.
	pid, err := syscall.ForkExec(run.Argv[0], run.Argv, &syscall.ProcAttr{
		Dir:   run.Directory,
		Env:   run.Env,
		Files: files.descriptors(),
		Sys: &syscall.SysProcAttr{
			Setpgid: true,
			// Sent when the thread that forked ends, not the process: it has to be one that stays.
			Pdeathsig:   syscall.SIGKILL,
			UseCgroupFD: cgroup >= 0,
			CgroupFD:    cgroup,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("%s could not be started in %s: %w", run.Argv[0], run.Directory, err)
	}
	return watch(pid), nil
}

func text(s string) *string { return &s }
