// Package record writes down what the launcher did. harness/run/batch.ts is the schema.
package record

import (
	"encoding/json"
	"fmt"
	"os"
)

// Launcher is the first record.
type Launcher struct {
	Kind          string `json:"kind"` // "launcher"
	SchemaVersion int    `json:"schemaVersion"`
	Session       string `json:"session"`
	Pid           int    `json:"pid"`
	GoVersion     string `json:"goVersion"`
	Kernel        string `json:"kernel"`
	Subreaper     bool   `json:"subreaper"`
	At            Nanos  `json:"at"`
}

// Run is written when a run and all its descendants are gone.
type Run struct {
	Kind       string  `json:"kind"` // "run"
	Run        string  `json:"run"`
	Pid        *int    `json:"pid"`
	StartedAt  Nanos   `json:"startedAt"`
	EndedAt    Nanos   `json:"endedAt"`
	ExitCode   *int    `json:"exitCode"`
	Signal     *string `json:"signal"`
	Ended      *string `json:"ended"`
	KilledWith *string `json:"killedWith"`
	Network    string  `json:"network"`
	Stragglers int     `json:"stragglers"`
	Error      *string `json:"error"`
}

// End is the last record.
type End struct {
	Kind   string `json:"kind"` // "end"
	Runs   int    `json:"runs"`
	Reason string `json:"reason"`
	At     Nanos  `json:"at"`
}

// Nanos is a CLOCK_MONOTONIC time; as JSON it is text, since it may exceed a double.
type Nanos int64

// MarshalText makes decimal text.
func (n Nanos) MarshalText() ([]byte, error) {
	return []byte(fmt.Sprint(int64(n))), nil
}

// Writer appends records to a file, each by one write(2): a launcher that is killed leaves whole lines.
// Only a full disk can cut the last one, and that is an error.
type Writer struct {
	file *os.File
}

// Open makes the file if it is not there.
func Open(path string) (*Writer, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &Writer{file}, nil
}

// Write appends one line.
func (w *Writer) Write(record interface{}) error {
	line, err := json.Marshal(record)
	if err != nil {
		return err
	}
	_, err = w.file.Write(append(line, '\n'))
	return err
}
