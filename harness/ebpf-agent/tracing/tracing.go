package tracing

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// Tracing is what is in the kernel, from Start until Stop.
type Tracing struct {
	programs *ebpf.Collection
	links    []link.Link
	drain    *drain
	Form     Form
	// HooksRefused says why the trace has no releases; nil where it has.
	HooksRefused error
}

// Start traces the calling process as the launcher, and whatever descends from it, into the file.
// cgroup is the path of the one whose sockets the hooks tell of; empty for none.
func Start(file *os.File, ring uint32, cgroup string) (*Tracing, error) {
	nonce := make([]byte, 8)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	options := Options{Ring: ring, Nonce: binary.LittleEndian.Uint64(nonce), Hooks: cgroup != ""}
	t := &Tracing{}
	if err := t.loadAny(options); err != nil {
		return nil, err
	}
	if err := t.attach(cgroup); err != nil {
		t.detach()
		return nil, err
	}
	greet(options.Nonce)
	drain, err := startDrain(t.programs, file, t.features())
	if err != nil {
		t.detach()
		return nil, err
	}
	t.drain = drain
	return t, nil
}

// loadAny does without what is only faster, then without what is not needed for a trace, and then tries the other form.
func (t *Tracing) loadAny(options Options) error {
	var first error
	for _, form := range []Form{Typed, Raw} {
		for _, withHooks := range []bool{true, false} {
			for _, casts := range []bool{true, false} {
				if withHooks && !options.Hooks {
					continue
				}
				programs, err := load(Options{options.Ring, options.Nonce, form, withHooks, casts})
				if err == nil {
					t.programs, t.Form = programs, form
					if withHooks {
						t.HooksRefused = nil
					}
					return nil
				}
				if first == nil {
					first = err
				}
				if withHooks {
					t.HooksRefused = errors.New(reason(err))
				}
			}
		}
	}
	return fmt.Errorf("the kernel does not take the programs: %s", reason(first))
}

func (t *Tracing) attach(cgroup string) error {
	for name, program := range t.programs.Programs {
		attached, err := t.attachOne(name, program, cgroup)
		if err != nil {
			return fmt.Errorf("%s could not be attached: %s", name, reason(err))
		}
		t.links = append(t.links, attached)
	}
	return nil
}

func (t *Tracing) attachOne(name string, program *ebpf.Program, cgroup string) (link.Link, error) {
	if kind, isHook := hooks[name]; isHook {
		return link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: kind, Program: program})
	}
	if t.Form == Raw {
		return link.AttachRawTracepoint(link.RawTracepointOptions{Name: tracepoints[name], Program: program})
	}
	return link.AttachTracing(link.TracingOptions{Program: program})
}

var tracepoints = map[string]string{
	"enter": "sys_enter", "leave": "sys_exit",
	"forked": "sched_process_fork", "execed": "sched_process_exec", "exited": "sched_process_exit",
}

func (t *Tracing) features() uint32 {
	var features uint32
	if t.HooksRefused == nil && t.programs.Programs["released"] != nil {
		features |= featureReleases
	}
	if t.Form == Raw {
		features |= featureRaw
	}
	return features
}

// greet tells the programs which process the launcher is: pids in the kernel are not those of a container.
func greet(nonce uint64) {
	syscall.Syscall(syscall.SYS_FCNTL, ^uintptr(0), 0, uintptr(nonce))
}

// Stop takes the programs out of the kernel, and only then reads the rest: what is told between a last reading
// and the detaching would be missing. An error means that the trace is not whole, and has no end record.
func (t *Tracing) Stop() error {
	t.detach()
	err := t.drain.finish(t.programs)
	t.programs.Close()
	return err
}

func (t *Tracing) detach() {
	var left []string
	for _, attached := range t.links {
		if err := attached.Close(); err != nil {
			left = append(left, err.Error())
		}
	}
	t.links = nil
	if len(left) > 0 {
		fmt.Fprintln(os.Stderr, "agent: not detached: "+strings.Join(left, "; "))
	}
}
