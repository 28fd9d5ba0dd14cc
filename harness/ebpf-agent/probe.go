package main

import (
	"encoding/json"
	"os"

	"afterclose.dev/ebpf-agent/cgroups"
	"afterclose.dev/ebpf-agent/tracing"
)

// answer says what works here, tried and not read from settings. harness/tracers/ebpf/agent-answer.ts is the schema.
type answer struct {
	Usable   bool   `json:"usable"`
	Why      string `json:"why"`      // the kernel's word; empty where it is usable
	Releases string `json:"releases"` // why the ends of sockets are not told; empty where they are
	Form     string `json:"form"`     // of the tracepoints; empty where it is not usable
	BTF      bool   `json:"btf"`      // the kernel describes its types
	rights
}

func probe(forms []tracing.Form) int {
	sweep() // it comes before every session, so what killed agents left does not stay
	a := answer{BTF: exists("/sys/kernel/btf/vmlinux"), rights: ownRights()}
	if err := tryTracing(&a, forms); err != nil {
		a.Why = err.Error()
	} else {
		a.Usable = true
	}
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		return fail(1, err)
	}
	return 0
}

func tryTracing(a *answer, forms []tracing.Form) error {
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer nowhere.Close()
	path := ""
	groups, err := cgroups.Open()
	if err != nil {
		a.Releases = err.Error()
	} else {
		defer groups.Close()
		path = groups.Path
	}
	t, err := tracing.Start(nowhere, tracing.Options{Ring: smallRing, Cgroup: path, Forms: forms})
	if err != nil {
		return err
	}
	if t.HooksRefused != nil {
		a.Releases = t.HooksRefused.Error()
	}
	a.Form = string(t.Form)
	return t.Stop()
}

const smallRing = 1 << 16

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
