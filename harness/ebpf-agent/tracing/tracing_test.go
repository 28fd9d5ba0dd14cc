package tracing

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestStartAndStop(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("missing: root (it puts programs into the kernel)")
	}
	for _, c := range []struct {
		form     Form
		features uint32
	}{{Typed, 0}, {Raw, featureRaw}} {
		path := filepath.Join(t.TempDir(), "trace")
		file, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		tracing, err := Start(file, Options{Ring: 1 << 16, Forms: []Form{c.form}})
		if err != nil {
			t.Fatalf("%s: %v", c.form, err)
		}
		if tracing.Form != c.form {
			t.Errorf("%s was asked for, and %s it is", c.form, tracing.Form)
		}
		if err := tracing.Stop(); err != nil {
			t.Errorf("%s: %v", c.form, err)
		}
		file.Close()
		kinds, features := readKinds(t, path)
		if kinds[0] != kindBegin || kinds[len(kinds)-1] != kindEnd {
			t.Errorf("%s: records of kinds %v", c.form, kinds)
		}
		if features != c.features {
			t.Errorf("%s: features %d, want %d", c.form, features, c.features)
		}
	}
}

func TestStartSaysWhatTheKernelSays(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("missing: root (it puts programs into the kernel)")
	}
	_, err := Start(os.Stdout, Options{Ring: 3, Forms: []Form{Typed, Raw}})
	if err == nil || !strings.HasPrefix(err.Error(), "the kernel does not take the programs: ") {
		t.Errorf("a ring of three bytes: %v", err)
	}
}

// readKinds returns the kinds of all records, and the features of the first.
func readKinds(t *testing.T, path string) (kinds []byte, features uint32) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rest, ok := bytes.CutPrefix(text, []byte(magic))
	if !ok || len(rest) < headSize+12 {
		t.Fatalf("no trace: %d bytes", len(text))
	}
	features = order.Uint32(rest[headSize+8:])
	for len(rest) >= headSize {
		kinds = append(kinds, rest[2])
		rest = rest[order.Uint16(rest):]
	}
	return kinds, features
}
