package tracing

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

func TestKernelTakesTheProgramsInEveryWay(t *testing.T) {
	for _, form := range []Form{Typed, Raw} {
		for _, hooks := range []bool{true, false} {
			for _, casts := range []bool{true, false} {
				t.Run(fmt.Sprintf("form %d, hooks %t, casts %t", form, hooks, casts), func(t *testing.T) {
					programs, err := load(Options{Ring: 1 << 16, Form: form, Hooks: hooks, Casts: casts})
					if errors.Is(err, syscall.EPERM) {
						t.Skip("no CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN here")
					}
					if err != nil {
						t.Fatal(err)
					}
					programs.Close()
				})
			}
		}
	}
}
