package session

import "errors"

// Exit codes of whoever does a session; README.md tells them.
const (
	ExitDone       = 0
	ExitUsage      = 2
	ExitNotStarted = 3
	ExitBroken     = 4
	ExitLifeline   = 5
	exitSignal     = 128
)

// ExitCode is the exit code for what Do returned.
func ExitCode(outcome Outcome, err error) int {
	var notStarted *NotStarted
	switch {
	case errors.As(err, &notStarted):
		return ExitNotStarted
	case err != nil:
		return ExitBroken
	case outcome.Reason == ReasonLifeline:
		return ExitLifeline
	case outcome.Reason == ReasonSignal:
		return exitSignal + int(outcome.Signal)
	}
	return ExitDone
}
