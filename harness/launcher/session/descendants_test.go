package session

import (
	"strings"
	"syscall"
	"testing"
)

func TestParseStat(t *testing.T) {
	// As in proc_pid_stat(5): state, ppid, pgrp, 12 more, ..., num_threads (20), itrealvalue, starttime (22).
	stat := func(name, state, threads string) string {
		return "77 (" + name + ") " + state + " 5 6 " + strings.Repeat("0 ", 14) + threads + " 0 99 0 0"
	}
	for _, c := range []struct {
		name, text string
		alive, ok  bool
	}{
		{"plain", stat("sleep", "S", "1"), true, true},
		{"a name like the rest of the line", stat(") Z 1 1 (", "R", "1"), true, true},
		{"zombie", stat("sleep", "Z", "1"), false, true},
		{"first thread gone, others left", stat("server", "Z", "2"), true, true},
		{"dead", stat("sleep", "X", "0"), false, true},
		{"cut", "77 (sleep) S 5", false, false},
		{"empty", "", false, false},
	} {
		d, ok := parseStat(77, []byte(c.text))
		if ok != c.ok || d.alive != c.alive {
			t.Errorf("%s: alive %v, ok %v", c.name, d.alive, ok)
		}
		if ok && (d.identity != identity{77, 99} || d.parent != 5 || d.group != 6) {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

func TestLeadsToEndsInARing(t *testing.T) {
	all := map[int]descendant{2: {parent: 3}, 3: {parent: 2}, 4: {parent: 9}, 5: {parent: 4}, 6: {parent: 1}}
	for pid, want := range map[int]bool{2: false, 4: true, 5: true, 6: false} {
		if leadsTo(9, all[pid], all) != want {
			t.Errorf("%d: want %v", pid, want)
		}
	}
}

func TestSignalName(t *testing.T) {
	for number, want := range map[int]string{9: "SIGKILL", 15: "SIGTERM", 31: "SIGSYS", 34: "SIG34", 0: "SIG0"} {
		if got := signalName(syscall.Signal(number)); got != want {
			t.Errorf("%d: %s, want %s", number, got, want)
		}
	}
}
