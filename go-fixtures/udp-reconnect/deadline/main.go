// An attempt: a read deadline in the past wakes the readers before Close, but nothing waits for them.
package main

import (
	"time"

	"afterclose.dev/fixtures/internal/udpreconnect"
)

func main() {
	udpreconnect.Main(udpreconnect.Variant{
		Name: "deadline",
		BeforeClose: func(socket udpreconnect.Deadline) error {
			return socket.SetReadDeadline(time.Now().Add(-time.Second))
		},
	})
}
