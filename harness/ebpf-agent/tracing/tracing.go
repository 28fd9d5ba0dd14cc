package tracing

import (
	"crypto/rand"
	"encoding/binary"
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

// Options say what to try.
type Options struct {
	Ring   uint32 // bytes of the ring buffer, a power of two
	Cgroup string // path of the one whose sockets the hooks tell of; empty for none
	Forms  []Form // the first that the kernel takes
}

// Start traces the calling process as the launcher, and whatever descends from it, into the file.
func Start(file *os.File, options Options) (*Tracing, error) {
	nonce := make([]byte, 8)
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	number := binary.LittleEndian.Uint64(nonce)
	t := &Tracing{}
	if err := t.loadAny(options, number); err != nil {
		return nil, err
	}
	if err := t.attach(options.Cgroup); err != nil {
		t.detach()
		return nil, err
	}
	greet(number)
	drain, err := startDrain(t.programs, file, t.features())
	if err != nil {
		t.detach()
		return nil, err
	}
	t.drain = drain
	return t, nil
}

func (t *Tracing) attach(cgroup string) error {
	for name, tracepoint := range tracepoints {
		attached, err := t.attachTo(tracepoint, t.programs.Programs[name])
		if err != nil {
			return fmt.Errorf("%s could not be attached: %s", name, reason(err))
		}
		t.links = append(t.links, attached)
	}
	if t.HooksRefused == nil && cgroup != "" {
		t.HooksRefused = t.attachHooks(cgroup)
	}
	return nil
}

func (t *Tracing) attachTo(tracepoint string, program *ebpf.Program) (link.Link, error) {
	if t.Form == Raw {
		return link.AttachRawTracepoint(link.RawTracepointOptions{Name: tracepoint, Program: program})
	}
	return link.AttachTracing(link.TracingOptions{Program: program})
}

// attachHooks attaches both or none: the one tells nothing without the other.
func (t *Tracing) attachHooks(cgroup string) error {
	var attached []link.Link
	for name, kind := range hooks {
		options := link.CgroupOptions{Path: cgroup, Attach: kind, Program: t.programs.Programs[name]}
		hook, err := link.AttachCgroup(options)
		if err != nil {
			closeAll(attached)
			return fmt.Errorf("%s could not be attached: %s", name, reason(err))
		}
		attached = append(attached, hook)
	}
	t.links = append(t.links, attached...)
	return nil
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
	closeAll(t.links)
	t.links = nil
}

func closeAll(links []link.Link) {
	var left []string
	for _, attached := range links {
		if err := attached.Close(); err != nil {
			left = append(left, err.Error())
		}
	}
	if len(left) > 0 {
		fmt.Fprintln(os.Stderr, "agent: not detached: "+strings.Join(left, "; "))
	}
}
