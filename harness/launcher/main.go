// The launcher does a batch of runs and records how each went; README.md has the formats.
package main

import (
	"errors"
	"fmt"
	"os"

	"afterclose.dev/launcher/batch"
	"afterclose.dev/launcher/session"
)

func main() {
	os.Exit(launch(os.Args[1:]))
}

func launch(arguments []string) int {
	if len(arguments) != 1 {
		return fail(session.ExitUsage, errors.New("want one argument, the path of a batch file"))
	}
	b, err := batch.Read(arguments[0])
	if err != nil {
		return fail(session.ExitUsage, fmt.Errorf("the batch is refused: %w", err))
	}
	outcome, err := session.Do(b, nil)
	if err != nil {
		return fail(session.ExitCode(outcome, err), err)
	}
	return session.ExitCode(outcome, nil)
}

func fail(code int, err error) int {
	fmt.Fprintf(os.Stderr, "launcher: %v\n", err)
	return code
}
