//go:build linux && amd64
// +build linux,amd64

// The bind table: a program that puts the kernel before one bind after another, as a script says, and
// writes down what it answered. A tracer watches; from its trace the replay has to predict every answer.
// It gives addresses to interfaces, so it is to be run in a network namespace of its own, and as root.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"

	"afterclose.dev/fixtures/internal/claims"
	"afterclose.dev/fixtures/internal/marks"
)

func init() {
	// Children die with the thread that made them, and credentials belong to a thread: all is done by the first.
	runtime.LockOSThread()
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == childArgument {
		beChild(os.Args[2], os.Args[3])
		return
	}
	scriptFile := flag.String("script", "", "the situations, as JSON")
	answersFile := flag.String("answers", "", "where to write what the kernel answered")
	cycles := flag.Int("cycles", -1, "how many situations to do, from the first on; below 0: all")
	flag.Parse()

	c := claims.New("bind-table", "executor", "udp")
	if *cycles != 0 {
		s, err := readScript(*scriptFile)
		if err == nil {
			err = writeAnswers(*answersFile, run(s, *cycles, c))
		}
		if err != nil {
			c.Failed(err.Error())
		}
	}
	for _, text := range c.Errors {
		fmt.Fprintln(os.Stderr, text)
	}
	if path := os.Getenv(claims.Variable); path != "" {
		if err := c.Write(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	if len(c.Errors) > 0 {
		os.Exit(1)
	}
}

// run does the situations in their order. One that fails is told in the claims, and the next one is done.
func run(s *script, limit int, c *claims.Claims) []answer {
	if err := addLinkLocal(); err != nil {
		c.Failed(err.Error())
		return nil
	}
	if s.Device != "" {
		device, err := makeDevice(s.Device)
		if err != nil {
			c.Failed(fmt.Sprintf("device %s: %v", s.Device, err))
			return nil
		}
		defer device.Close()
	}
	if err := interruptible(); err != nil {
		c.Failed(err.Error())
		return nil
	}
	answers := []answer{}
	for n, each := range s.Situations {
		if limit >= 0 && n >= limit {
			break
		}
		mark(c, fmt.Sprintf("cycle %d", n+1))
		mark(c, "situation "+each.Name)
		c.Cycles++
		t := newTable(c)
		t.forgetsClosed = each.Tolerant
		for i, st := range each.Steps {
			if err := t.do(st); err != nil && !each.Tolerant {
				c.Failed(fmt.Sprintf("situation %s, step %d, %s: %v", each.Name, i+1, st.Do, err))
				break
			}
			if t.answered != nil {
				t.answered.Situation, t.answered.Step = each.Name, i
				answers = append(answers, *t.answered)
				t.answered = nil
			}
		}
		if err := t.clear(); err != nil {
			c.Failed(fmt.Sprintf("after situation %s: %v", each.Name, err))
			break
		}
	}
	return answers
}

func mark(c *claims.Claims, text string) {
	marks.New(text).Make()
	c.Marks++
}
