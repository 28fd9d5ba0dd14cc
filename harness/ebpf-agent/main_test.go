package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"afterclose.dev/launcher/session"
)

func TestUsage(t *testing.T) {
	directory := t.TempDir()
	notABatch := filepath.Join(directory, "batch.json")
	if err := os.WriteFile(notABatch, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	trace := "--out=" + filepath.Join(directory, "trace")
	for _, c := range []struct {
		words []string
		says  string
	}{
		{nil, "want --out TRACE"},
		{[]string{"batch.json"}, "want --out TRACE"},
		{[]string{trace}, "want --out TRACE"},
		{[]string{trace, "one", "two"}, "want --out TRACE"},
		{[]string{"--probe", "batch.json"}, "want --out TRACE"},
		{[]string{"--sweep", "batch.json"}, "want --out TRACE"},
		{[]string{"--unknown"}, "unknown"},
		{[]string{"--ring=many", trace, notABatch}, "ring"},
		{[]string{"--form=classic", "--probe"}, `no form "classic"`},
		{[]string{trace, filepath.Join(directory, "none.json")}, "the batch is refused"},
		{[]string{trace, notABatch}, "the batch is refused"},
	} {
		code, said := runSaying(t, c.words)
		if code != session.ExitUsage || !strings.HasPrefix(said, "agent: ") || !strings.Contains(said, c.says) {
			t.Errorf("%q: exit code %d, %q", c.words, code, said)
		}
	}
	if _, err := os.Stat(filepath.Join(directory, "trace")); !os.IsNotExist(err) {
		t.Error("a trace was begun")
	}
}

// runSaying gives what it wrote to stderr.
func runSaying(t *testing.T, words []string) (int, string) {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr := os.Stderr
	os.Stderr = writer
	code := run(words)
	os.Stderr = stderr
	writer.Close()
	said, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return code, string(said)
}
