package main

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// rights are what this process may do, and what can keep it from more.
type rights struct {
	Missing          []string `json:"missing"`          // capabilities it does not have, of those that are of use
	FileCapabilities bool     `json:"fileCapabilities"` // somebody gave its file capabilities
	NoNewPrivileges  bool     `json:"noNewPrivileges"`  // prctl(2): those of files do not count
	Nosuid           bool     `json:"nosuid"`           // its file is on a file system whose capabilities do not count
	UserNamespace    bool     `json:"userNamespace"`    // its capabilities end where the namespace ends: at the kernel
	Lockdown         string   `json:"lockdown"`         // the level; empty where the kernel does not tell
}

// Since Linux 5.8; CAP_SYS_ADMIN stands for the first two of them as well.
var capabilities = []struct {
	name string
	bit  uint
}{{"CAP_BPF", unix.CAP_BPF}, {"CAP_PERFMON", unix.CAP_PERFMON}, {"CAP_NET_ADMIN", unix.CAP_NET_ADMIN}, {"CAP_SYS_ADMIN", unix.CAP_SYS_ADMIN}}

func ownRights() rights {
	status, _ := os.ReadFile("/proc/self/status")
	lockdown, _ := os.ReadFile("/sys/kernel/security/lockdown")
	namespace, _ := os.Readlink("/proc/self/ns/user")
	return rights{
		Missing:          missingCapabilities(string(status)),
		FileCapabilities: hasFileCapabilities(itself),
		NoNewPrivileges:  statusField(string(status), "NoNewPrivs") == "1",
		Nosuid:           isNosuid(itself),
		UserNamespace:    namespace != "" && namespace != initialUserNamespace,
		Lockdown:         lockdownLevel(string(lockdown)),
	}
}

const itself = "/proc/self/exe"

// The kernel gives it a fixed number (PROC_USER_INIT_INO).
const initialUserNamespace = "user:[4026531837]"

// missingCapabilities reads proc_pid_status(5); all of them where that can not be read.
func missingCapabilities(status string) []string {
	missing := []string{}
	effective, _ := strconv.ParseUint(statusField(status, "CapEff"), 16, 64)
	for _, capability := range capabilities {
		if effective>>capability.bit&1 == 0 {
			missing = append(missing, capability.name)
		}
	}
	return missing
}

func statusField(status, name string) string {
	for _, line := range strings.Split(status, "\n") {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// hasFileCapabilities looks for the attribute that setcap(8) writes.
func hasFileCapabilities(file string) bool {
	size, err := unix.Getxattr(file, "security.capability", nil)
	return err == nil && size > 0
}

func isNosuid(file string) bool {
	var fs unix.Statfs_t
	return unix.Statfs(file, &fs) == nil && fs.Flags&unix.ST_NOSUID != 0
}

// lockdownLevel is the one in brackets: `none [integrity] confidentiality`.
func lockdownLevel(text string) string {
	_, rest, _ := strings.Cut(text, "[")
	level, _, _ := strings.Cut(rest, "]")
	return level
}
