package tracing

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"
)

func TestKernelTakesTheProgramsInEveryWay(t *testing.T) {
	for _, try := range attempts(Options{Ring: 1 << 16, Cgroup: "/any", Forms: []Form{Typed, Raw}}, 0) {
		t.Run(fmt.Sprintf("form %s, hooks %t, casts %t", try.form, try.hooks, try.casts), func(t *testing.T) {
			programs, err := load(try, readTypes)
			if errors.Is(err, syscall.EPERM) {
				t.Skip("missing: root (or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN)")
			}
			if err != nil {
				t.Fatal(err)
			}
			programs.Close()
		})
	}
}

func TestAttempts(t *testing.T) {
	without := []attempt{{form: Raw, casts: true}, {form: Raw}}
	if got := attempts(Options{Forms: []Form{Raw}}, 0); !slices.Equal(got, without) {
		t.Errorf("without a cgroup: %v", got)
	}
	all := attempts(Options{Cgroup: "/group", Forms: []Form{Typed, Raw}}, 0)
	want := []attempt{
		{form: Typed, hooks: true, casts: true}, {form: Typed, hooks: true}, {form: Typed, casts: true}, {form: Typed},
		{form: Raw, hooks: true, casts: true}, {form: Raw, hooks: true}, {form: Raw, casts: true}, {form: Raw},
	}
	if !slices.Equal(all, want) {
		t.Errorf("in a cgroup: %v", all)
	}
}
