// The fix: every ReadFrom and WriteTo holds a slot of a semaphore, and the ports are not opened again
// until all slots could be had.
package main

import "afterclose.dev/fixtures/internal/udpreconnect"

func main() {
	slots := make(chan struct{}, udpreconnect.CallsAtOnce)
	acquire := func() { slots <- struct{}{} }
	release := func() { <-slots }
	udpreconnect.Main(udpreconnect.Variant{
		Name:         "semaphore",
		CallStarts:   acquire,
		CallReturned: release,
		Settle: func() {
			for i := 0; i < cap(slots); i++ {
				acquire()
			}
			for i := 0; i < cap(slots); i++ {
				release()
			}
		},
	})
}
