// The fix with today's means: a sync.WaitGroup counts the ReadFrom and WriteTo calls in progress, and the
// ports are not opened again before it is back at zero.
package main

import (
	"sync"

	"afterclose.dev/fixtures/internal/udpreconnect"
)

func main() {
	// One for all cycles: it may be used again, since no call starts before Wait has returned.
	var calls sync.WaitGroup
	udpreconnect.Main(udpreconnect.Variant{
		Name:         "waitgroup",
		CallStarts:   func() { calls.Add(1) },
		CallReturned: calls.Done,
		Settle:       calls.Wait,
	})
}
