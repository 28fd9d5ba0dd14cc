// An attempt: bind again until it works. The program sees no error any more; the old socket lingers on.
package main

import (
	"time"

	"afterclose.dev/fixtures/internal/udpreconnect"
)

// Together about 0.1 s: long for a reader on its way out, short for a port that someone else holds.
const (
	attempts     = 16
	firstPause   = 100 * time.Microsecond
	longestPause = 10 * time.Millisecond
)

func main() {
	udpreconnect.Main(udpreconnect.Variant{
		Name: "retry",
		Open: bindUntilItWorks,
	})
}

func bindUntilItWorks(bind func() error) error {
	err := bind()
	pause := firstPause
	for attempt := 2; attempt <= attempts && udpreconnect.AddressInUse(err); attempt++ {
		time.Sleep(pause)
		if pause *= 2; pause > longestPause {
			pause = longestPause
		}
		err = bind()
	}
	return err
}
