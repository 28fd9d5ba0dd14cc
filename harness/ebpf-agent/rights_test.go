package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestMissingCapabilities(t *testing.T) {
	all := []string{"CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"}
	for _, c := range []struct {
		status string
		want   []string
	}{
		{"Name:\tagent\nCapEff:\t000001ffffffffff\n", nil},
		{"CapEff:\t000000c000201000\n", nil},
		{"CapEff:\t000000c000000000\n", all[2:]},
		{"CapEff:\t0000008000000000\n", []string{"CAP_PERFMON", "CAP_NET_ADMIN", "CAP_SYS_ADMIN"}},
		{"CapPrm:\t000001ffffffffff\nCapEff:\t0000000000000000\n", all},
		{"", all},
	} {
		if got := missingCapabilities(c.status); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.status, got, c.want)
		}
	}
}

func TestLockdownLevel(t *testing.T) {
	for text, want := range map[string]string{
		"[none] integrity confidentiality\n": "none",
		"none [integrity] confidentiality\n": "integrity",
		"none integrity [confidentiality]\n": "confidentiality",
		"":                                   "",
	} {
		if got := lockdownLevel(text); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

func TestFileWithoutCapabilities(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agent")
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, file + ".none"} {
		if hasFileCapabilities(path) {
			t.Errorf("%s has capabilities", path)
		}
	}
	if isNosuid(file + ".none") {
		t.Error("a file that is not there lies on a file system mounted nosuid")
	}
}

// harness/tracers/ebpf/agent-answer.ts takes these names and no others.
func TestAnswer(t *testing.T) {
	text, err := json.Marshal(answer{rights: rights{Missing: missingCapabilities("")[:0]}})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"usable":false,"why":"","releases":"","form":"","btf":false,"missing":[],"fileCapabilities":false,` +
		`"noNewPrivileges":false,"nosuid":false,"userNamespace":false,"lockdown":""}`
	if string(text) != want {
		t.Errorf("%s", text)
	}
}
