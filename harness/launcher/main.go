// The launcher does a batch of runs and records how each went; README.md has the formats.
package main

import (
	"errors"
	"fmt"
	"os"

	"afterclose.dev/launcher/batch"
	"afterclose.dev/launcher/session"
)

const (
	exitDone       = 0
	exitUsage      = 2
	exitNotStarted = 3
	exitBroken     = 4
	exitLifeline   = 5
	exitSignal     = 128
)

func main() {
	os.Exit(launch(os.Args[1:]))
}

func launch(arguments []string) int {
	if len(arguments) != 1 {
		return fail(exitUsage, errors.New("want one argument, the path of a batch file"))
	}
	b, err := batch.Read(arguments[0])
	if err != nil {
		return fail(exitUsage, fmt.Errorf("the batch is refused: %w", err))
	}
	outcome, err := session.Do(b)
	var notStarted *session.NotStarted
	switch {
	case errors.As(err, &notStarted):
		return fail(exitNotStarted, fmt.Errorf("nothing was run: %w", err))
	case err != nil:
		return fail(exitBroken, fmt.Errorf("ended early: %w", err))
	case outcome.Reason == session.ReasonLifeline:
		return exitLifeline
	case outcome.Reason == session.ReasonSignal:
		return exitSignal + int(outcome.Signal)
	}
	return exitDone
}

func fail(code int, err error) int {
	fmt.Fprintf(os.Stderr, "launcher: %v\n", err)
	return code
}
