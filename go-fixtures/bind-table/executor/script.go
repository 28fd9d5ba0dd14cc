//go:build linux && amd64
// +build linux,amd64

package main

import (
	"encoding/json"
	"fmt"
	"os"
)

// script is what test/live/bind-table/script.ts writes.
type script struct {
	// A network interface to make for the situations that need a second one; empty: none. It belongs to the
	// network namespace that the program runs in, and goes with the program.
	Device     string      `json:"device"`
	Situations []situation `json:"situations"`
}

// situation is some steps, each with its own sockets: nothing is left of one when the next begins.
type situation struct {
	Name  string `json:"name"`
	Steps []step `json:"steps"`
	// Whatever a step ends with is taken as it comes, and one about something that is not there is left out:
	// for programs that a generator made, or from which steps were taken away.
	Tolerant bool `json:"tolerant"`
}

// step is one thing to do. What its fields mean depends on Do; see the methods of table.
type step struct {
	Do string `json:"do"`
	// The name of the socket, child or thread that is meant, and of the one that is made.
	Of string `json:"of"`
	As string `json:"as"`
	// The thread that does it; empty: the first one.
	On string `json:"on"`
	// The child that does it; empty: the executor itself.
	In      string `json:"in"`
	Family  string `json:"family"`
	Address string `json:"address"`
	// portTold: the port that the last getsockname told.
	Port  int    `json:"port"`
	Value int    `json:"value"`
	Text  string `json:"text"`
	// The error that the step must end with (`EADDRNOTAVAIL`); empty: none, or for a bind EADDRINUSE.
	Fails string `json:"fails"`
}

const portTold = -1

// answer is what the kernel said to one bind or listen: an empty Errno is success.
type answer struct {
	Situation string `json:"situation"`
	Step      int    `json:"step"`
	Call      string `json:"call"`
	Address   string `json:"address"`
	Errno     string `json:"errno"`
}

func readScript(path string) (*script, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	s := new(script)
	if err := json.Unmarshal(content, s); err != nil {
		return nil, fmt.Errorf("%s: %v", path, err)
	}
	return s, nil
}

func writeAnswers(path string, answers []answer) error {
	content, err := json.MarshalIndent(answers, "", " ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(content, '\n'), 0644)
}
