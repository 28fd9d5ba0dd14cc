// The agent is the launcher and the tracer in one process: it does a batch of runs and writes down what the kernel
// tells of them. README.md has the usage, docs/ebpf-format.md the format of the trace.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"afterclose.dev/ebpf-agent/cgroups"
	"afterclose.dev/ebpf-agent/tracing"
	"afterclose.dev/launcher/batch"
	"afterclose.dev/launcher/session"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(words []string) int {
	flags := flag.NewFlagSet("agent", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	out := flags.String("out", "", "")
	ring := flags.Uint("ring", 16<<20, "")
	form := flags.String("form", "", "")
	probes := flags.Bool("probe", false, "")
	sweeps := flags.Bool("sweep", false, "")
	if err := flags.Parse(words); err != nil {
		return fail(session.ExitUsage, err)
	}
	forms, err := tracing.ParseForm(*form)
	if err != nil {
		return fail(session.ExitUsage, err)
	}
	// From here on there may be a cgroup that a process which ends at once would leave behind.
	interruptions := make(chan os.Signal, 1)
	signal.Notify(interruptions, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	if *probes && flags.NArg() == 0 {
		return probe(forms)
	}
	if *sweeps && flags.NArg() == 0 {
		return sweep()
	}
	if flags.NArg() != 1 || *out == "" {
		return fail(session.ExitUsage, errors.New("want --out TRACE and the path of a batch file"))
	}
	b, err := batch.Read(flags.Arg(0))
	if err != nil {
		return fail(session.ExitUsage, fmt.Errorf("the batch is refused: %w", err))
	}
	return trace(b, *out, tracing.Options{Ring: uint32(*ring), Forms: forms}, interruptions)
}

func trace(b *batch.Batch, out string, options tracing.Options, interruptions <-chan os.Signal) int {
	var caught os.Signal
	defer func() { endBy(caught) }() // the first to be deferred, the last to be done
	file, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fail(session.ExitNotStarted, fmt.Errorf("nothing was run: %w", err))
	}
	groups, err := cgroups.Open()
	if err != nil {
		say(fmt.Errorf("releases of sockets are not traced: %w", err))
	} else {
		options.Cgroup = groups.Path
		defer func() {
			if err := groups.Close(); err != nil {
				say(err)
			}
		}()
	}
	tracing, err := tracing.Start(file, options)
	if err != nil {
		return fail(session.ExitNotStarted, fmt.Errorf("nothing was run: %w", err))
	}
	if tracing.HooksRefused != nil {
		say(fmt.Errorf("releases of sockets are not traced: %w", tracing.HooksRefused))
	}
	var code int
	select {
	case caught = <-interruptions: // while the programs were loaded: nothing is run
		code = session.ExitNotStarted
	default:
		code = do(b, groups)
	}
	if err := tracing.Stop(); err != nil {
		code = fail(session.ExitBroken, err)
	}
	return code
}

func do(b *batch.Batch, groups *cgroups.Groups) int {
	var perRun session.Cgroups
	if groups != nil {
		perRun = groups
	}
	outcome, err := session.Do(b, perRun)
	if err != nil {
		say(err)
	}
	return session.ExitCode(outcome, err)
}

// endBy ends the process by the signal that it has caught, so that its parent sees what killed it.
func endBy(caught os.Signal) {
	if caught == nil {
		return
	}
	signal.Reset(caught)
	syscall.Kill(os.Getpid(), caught.(syscall.Signal))
	time.Sleep(time.Second) // it may be another thread that takes the signal
}

func fail(code int, err error) int {
	say(err)
	return code
}

// sweep has nothing to do where no agent could have made a cgroup.
func sweep() int {
	if err := cgroups.Sweep(); err != nil && !errors.Is(err, os.ErrPermission) {
		return fail(session.ExitBroken, err)
	}
	return session.ExitDone
}

func say(err error) { fmt.Fprintf(os.Stderr, "agent: %v\n", err) }
