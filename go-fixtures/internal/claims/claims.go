// Package claims writes down what a fixture says it did, for comparison with what a tracer saw.
package claims

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
)

// Variable names the environment variable with the path of the claims file.
const Variable = "AFTERCLOSE_CLAIMS"

// A program in trouble meets the same trouble in every cycle: the first ones tell enough.
const mostRecorded = 100

// Claims is the document; harness/run/claims.ts is its schema.
type Claims struct {
	SchemaVersion  int     `json:"schemaVersion"`
	Scenario       string  `json:"scenario"`
	Variant        string  `json:"variant"`
	GoVersion      string  `json:"goVersion"`
	Network        string  `json:"network"`
	Pid            int     `json:"pid"`
	Cycles         int     `json:"cycles"`
	Binds          int     `json:"binds"`
	Closes         int     `json:"closes"`
	AddressInUse   int     `json:"addressInUse"`
	AddressInUseAt []Place `json:"addressInUseAt"`
	Marks          int     `json:"marks"`
	// Errors of any kind but EADDRINUSE; empty in a good run.
	Errors []string `json:"errors"`
}

// Place is one failed bind.
type Place struct {
	Cycle   int    `json:"cycle"`
	Address string `json:"address"`
}

// New begins the claims of this process.
func New(scenario, variant, network string) *Claims {
	return &Claims{
		SchemaVersion:  1,
		Scenario:       scenario,
		Variant:        variant,
		GoVersion:      runtime.Version(),
		Network:        network,
		Pid:            os.Getpid(),
		AddressInUseAt: []Place{},
		Errors:         []string{},
	}
}

// FoundInUse counts one bind that failed with EADDRINUSE.
func (c *Claims) FoundInUse(cycle int, address string) {
	c.AddressInUse++
	if len(c.AddressInUseAt) < mostRecorded {
		c.AddressInUseAt = append(c.AddressInUseAt, Place{Cycle: cycle, Address: address})
	}
}

// Failed records an error that the scenario does not expect.
func (c *Claims) Failed(text string) {
	if len(c.Errors) < mostRecorded {
		c.Errors = append(c.Errors, text)
	}
}

// Write puts the document at path, whole or not at all. It replaces nothing but a regular file: a rename
// onto a device, done as root, would take the device away from everyone.
func (c *Claims) Write(path string) error {
	if before, err := os.Lstat(path); err == nil && !before.Mode().IsRegular() {
		return fmt.Errorf("%s is there already and is not a regular file", path)
	}
	document, err := json.Marshal(c)
	if err != nil {
		return err
	}
	unfinished := path + ".unfinished"
	file, err := os.Create(unfinished)
	if err != nil {
		return err
	}
	_, err = file.Write(append(document, '\n'))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(unfinished, path)
	}
	if err != nil {
		os.Remove(unfinished)
	}
	return err
}
