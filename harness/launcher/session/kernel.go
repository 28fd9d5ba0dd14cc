package session

import (
	"fmt"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"afterclose.dev/launcher/record"
)

// mark speaks to whatever tracer watches: a harmless system call whose path is the message. The fixtures
// do the same (go-fixtures/internal/marks).
func mark(text string) {
	syscall.Access("/@afterclose/"+text, 0)
}

// now reads CLOCK_MONOTONIC, the clock of the traces; the time package does not give its value away.
func now() record.Nanos {
	const monotonic = 1
	var t syscall.Timespec
	syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, monotonic, uintptr(unsafe.Pointer(&t)), 0)
	return record.Nanos(t.Nano())
}

// becomeSubreaper makes orphaned descendants children of this process instead of init's.
func becomeSubreaper() bool {
	const setChildSubreaper = 36 // PR_SET_CHILD_SUBREAPER
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, setChildSubreaper, 1, 0, 0, 0, 0)
	return errno == 0
}

// keepDescriptorsFromRuns marks what the launcher itself inherited; what it opens is marked from the start.
func keepDescriptorsFromRuns() error {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if descriptor, err := strconv.Atoi(entry.Name()); err == nil && descriptor > 2 {
			syscall.CloseOnExec(descriptor)
		}
	}
	return nil
}

func kernelRelease() string {
	var names syscall.Utsname
	if err := syscall.Uname(&names); err != nil {
		return "unknown"
	}
	var release []byte
	for _, c := range names.Release {
		if c == 0 {
			break
		}
		release = append(release, byte(c)) // int8 or uint8, by architecture
	}
	return string(release)
}

// Numbers as on all architectures of Linux that Go knows, but MIPS.
var signalNames = [...]string{1: "HUP", 2: "INT", 3: "QUIT", 4: "ILL", 5: "TRAP", 6: "ABRT", 7: "BUS", 8: "FPE",
	9: "KILL", 10: "USR1", 11: "SEGV", 12: "USR2", 13: "PIPE", 14: "ALRM", 15: "TERM", 16: "STKFLT", 17: "CHLD",
	18: "CONT", 19: "STOP", 20: "TSTP", 21: "TTIN", 22: "TTOU", 23: "URG", 24: "XCPU", 25: "XFSZ", 26: "VTALRM",
	27: "PROF", 28: "WINCH", 29: "IO", 30: "PWR", 31: "SYS"}

func signalName(s syscall.Signal) string {
	if s > 0 && int(s) < len(signalNames) {
		return "SIG" + signalNames[s]
	}
	return fmt.Sprintf("SIG%d", int(s))
}
