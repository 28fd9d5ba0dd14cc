package tracing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/cilium/ebpf"
)

func TestParseForm(t *testing.T) {
	for text, want := range map[string][]Form{"": {Typed, Raw}, "typed": {Typed}, "raw": {Raw}} {
		if forms, err := ParseForm(text); err != nil || !slices.Equal(forms, want) {
			t.Errorf("%q: %v, %v", text, forms, err)
		}
	}
	if _, err := ParseForm("classic"); err == nil || !strings.Contains(err.Error(), `"classic"`) {
		t.Errorf("classic: %v", err)
	}
}

func TestReason(t *testing.T) {
	const hint = " (MEMLOCK may be too low, consider rlimit.RemoveMemlock)"
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"EPERM", fmt.Errorf("program enter: load program: %w"+hint, syscall.EPERM), "operation not permitted"},
		{"another error with the hint", fmt.Errorf("map ring: %w"+hint, syscall.ENOMEM), "map ring: cannot allocate memory"},
		{"another error", errors.New("no BTF found for kernel"), "no BTF found for kernel"},
		{
			"the verifier",
			fmt.Errorf("program enter: %w", &ebpf.VerifierError{Cause: syscall.EINVAL, Log: []string{"0: (85) call", "unknown func bpf_probe_read_kernel#113"}}),
			"unknown func bpf_probe_read_kernel#113",
		},
	} {
		if got := reason(c.err); !strings.Contains(got, c.want) || strings.Contains(got, "MEMLOCK") {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What the Go side relies on, without a kernel that takes it.
func TestObject(t *testing.T) {
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(object))
	if err != nil {
		t.Fatal(err)
	}
	for name := range tracepoints {
		if program := spec.Programs[name]; program == nil || program.Type != ebpf.Tracing {
			t.Errorf("program %s: %v", name, program)
		}
	}
	for name, kind := range hooks {
		if program := spec.Programs[name]; program == nil || program.AttachType != kind {
			t.Errorf("hook %s: %v", name, program)
		}
	}
	if extra := len(spec.Programs) - len(tracepoints) - len(hooks); extra != 0 {
		t.Errorf("%d programs that nobody attaches", extra)
	}
	for _, name := range []string{"ring", "counts"} {
		if spec.Maps[name] == nil {
			t.Errorf("no map %s", name)
		}
	}
	if spec.Variables["nonce"] == nil {
		t.Error("no variable nonce")
	}
}
