package main

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"

	"afterclose.dev/ebpf-agent/cgroups"
	"afterclose.dev/ebpf-agent/tracing"
	"golang.org/x/sys/unix"
)

// answer says what works here, tried and not read from settings. harness/tracers/ebpf/agent-answer.ts is the schema.
type answer struct {
	Usable   bool     `json:"usable"`
	Why      string   `json:"why"`      // the kernel's word; empty where it is usable
	Releases string   `json:"releases"` // why the ends of sockets are not told; empty where they are
	Form     string   `json:"form"`     // of the tracepoints
	Missing  []string `json:"missing"`  // capabilities that this process does not have, of those that are of use
	BTF      bool     `json:"btf"`      // the kernel describes its types
}

func probe() int {
	a := answer{Missing: missingCapabilities(), BTF: exists("/sys/kernel/btf/vmlinux"), Form: "typed"}
	if err := tryTracing(&a); err != nil {
		a.Why = err.Error()
	} else {
		a.Usable = true
	}
	if err := json.NewEncoder(os.Stdout).Encode(a); err != nil {
		return fail(1, err)
	}
	return 0
}

func tryTracing(a *answer) error {
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
	t, err := tracing.Start(nowhere, smallRing, path)
	if err != nil {
		return err
	}
	if t.HooksRefused != nil {
		a.Releases = t.HooksRefused.Error()
	}
	if t.Form == tracing.Raw {
		a.Form = "raw"
	}
	return t.Stop()
}

const smallRing = 1 << 16

// Since Linux 5.8; CAP_SYS_ADMIN stands for the first two of them as well.
var capabilities = []struct {
	name string
	bit  uint
}{{"CAP_BPF", unix.CAP_BPF}, {"CAP_PERFMON", unix.CAP_PERFMON}, {"CAP_NET_ADMIN", unix.CAP_NET_ADMIN}, {"CAP_SYS_ADMIN", unix.CAP_SYS_ADMIN}}

func missingCapabilities() []string {
	missing := []string{}
	effective := effectiveCapabilities()
	for _, capability := range capabilities {
		if effective>>capability.bit&1 == 0 {
			missing = append(missing, capability.name)
		}
	}
	return missing
}

// effectiveCapabilities reads proc_pid_status(5); 0 where that can not be read.
func effectiveCapabilities() uint64 {
	text, _ := os.ReadFile("/proc/self/status")
	for _, line := range strings.Split(string(text), "\n") {
		if value, ok := strings.CutPrefix(line, "CapEff:"); ok {
			bits, _ := strconv.ParseUint(strings.TrimSpace(value), 16, 64)
			return bits
		}
	}
	return 0
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
