// Package tracing puts the programs of bpf/ into the kernel and writes down what they tell; docs/ebpf-format.md
// has the format.
package tracing

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/cilium/ebpf"
)

// Made by `make bpf`; CI makes it anew and compares.
//
//go:embed agent.bpf.o
var object []byte

// Form is how the tracepoints are attached.
type Form string

// Typed is what every kernel since 5.5 has; some sandboxes refuse it and allow the raw ones.
const (
	Typed Form = "typed"
	Raw   Form = "raw"
)

// ParseForm gives the forms to try, best first: all for an empty text.
func ParseForm(text string) ([]Form, error) {
	switch form := Form(text); form {
	case "":
		return []Form{Typed, Raw}, nil
	case Typed, Raw:
		return []Form{form}, nil
	}
	return nil, fmt.Errorf("there is no form %q of tracepoints; want %s or %s", text, Typed, Raw)
}

// Hooks are the programs that need CAP_NET_ADMIN and a cgroup.
var hooks = map[string]ebpf.AttachType{
	"created":  ebpf.AttachCGroupInetSockCreate,
	"released": ebpf.AttachCgroupInetSockRelease,
}

// specOf is the object as it is to be loaded.
func specOf(try attempt) (*ebpf.CollectionSpec, error) {
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(object))
	if err != nil {
		return nil, err
	}
	spec.Maps["ring"].MaxEntries = try.ring
	if err := spec.Variables["nonce"].Set(try.nonce); err != nil {
		return nil, err
	}
	if err := spec.Variables["may_cast"].Set(try.casts); err != nil {
		return nil, err
	}
	for name, program := range spec.Programs {
		if _, isHook := hooks[name]; isHook {
			if !try.hooks {
				delete(spec.Programs, name)
			}
		} else if try.form == Raw {
			program.Type = ebpf.RawTracepoint
			program.AttachType = ebpf.AttachNone
		}
	}
	return spec, nil
}

// reason is the kernel's own word, without the library's hint at MEMLOCK: it is printed for every EPERM, and memory
// has not been accounted that way since Linux 5.11.
func reason(err error) string {
	if errors.Is(err, syscall.EPERM) {
		return "operation not permitted"
	}
	var verifier *ebpf.VerifierError
	if errors.As(err, &verifier) {
		return fmt.Sprintf("%-12v", verifier)
	}
	return strings.ReplaceAll(err.Error(), " (MEMLOCK may be too low, consider rlimit.RemoveMemlock)", "")
}
