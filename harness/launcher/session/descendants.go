package session

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// noGroup is the number of no process group.
const noGroup = 0

// endDescendants kills what a run left behind, also what went to another group or session or lost its
// parent, and says how many they were, those of group except not counted. kill ends what it can reach at one
// moment: looking for them one by one is no match for a program that forks without end.
func endDescendants(except int, kill func()) (stragglers int, err error) {
	counted := map[identity]bool{}
	for deadline := time.Now().Add(killTimeout); ; {
		// A subreaper inherits every orphan: no child means no descendant. The common case ends here.
		if reapZombies() {
			return len(counted), nil
		}
		left, err := descendants()
		if err != nil {
			return len(counted), err
		}
		for pid, d := range left {
			if !d.alive {
				continue
			}
			syscall.Kill(pid, syscall.SIGKILL)
			if d.group != except {
				counted[d.identity] = true
			}
		}
		kill()
		if time.Now().After(deadline) {
			return len(counted), fmt.Errorf("descendants are still there %v after SIGKILL: %s", killTimeout, list(left))
		}
		time.Sleep(time.Millisecond)
	}
}

// identity tells a process from a later one with its number.
type identity struct {
	pid       int
	startedAt uint64 // clock ticks since boot
}

type descendant struct {
	identity
	parent, group int
	alive         bool
}

// descendants reads /proc: every process whose chain of parents leads to this one.
func descendants() (map[int]descendant, error) {
	directory, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	names, err := directory.Readdirnames(-1)
	directory.Close()
	if err != nil {
		return nil, err
	}
	all := map[int]descendant{}
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		// An error: it has ended since. Its parent has reaped it, so it matters no more.
		if stat, err := os.ReadFile("/proc/" + name + "/stat"); err == nil {
			if d, ok := parseStat(pid, stat); ok {
				all[pid] = d
			}
		}
	}
	self := os.Getpid()
	found := map[int]descendant{}
	for pid, d := range all {
		if pid != self && leadsTo(self, d, all) {
			found[pid] = d
		}
	}
	return found, nil
}

// leadsTo is bounded: /proc is not read at one moment, so its parents could form a ring.
func leadsTo(ancestor int, d descendant, all map[int]descendant) bool {
	for range all {
		if d.parent == ancestor {
			return true
		}
		parent, there := all[d.parent]
		if !there {
			return false
		}
		d = parent
	}
	return false
}

// parseStat reads proc_pid_stat(5). The second field is the name in parentheses and may hold anything.
func parseStat(pid int, stat []byte) (descendant, bool) {
	end := bytes.LastIndexByte(stat, ')')
	rest := bytes.Fields(stat[end+1:])
	if end < 0 || len(rest) < 20 {
		return descendant{}, false
	}
	field := func(number int) uint64 { // as numbered in the manual
		value, _ := strconv.ParseUint(string(rest[number-3]), 10, 64)
		return value
	}
	state := string(rest[0])
	threads := field(20)
	return descendant{
		identity: identity{pid, field(22)},
		parent:   int(field(4)),
		group:    int(field(5)),
		// The first thread can be a zombie while others go on.
		alive: state != "Z" && state != "X" || threads > 1,
	}, true
}

func anyAlive(processes map[int]descendant) bool {
	for _, d := range processes {
		if d.alive {
			return true
		}
	}
	return false
}

func list(processes map[int]descendant) string {
	text := ""
	for pid, d := range processes {
		if d.alive {
			text += fmt.Sprintf(" %d", pid)
		}
	}
	return "pid" + text
}
