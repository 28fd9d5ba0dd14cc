// The program as it was: nothing waits for ReadFrom and WriteTo to return.
package main

import "afterclose.dev/fixtures/internal/udpreconnect"

func main() {
	udpreconnect.Main(udpreconnect.Variant{Name: "unfixed"})
}
