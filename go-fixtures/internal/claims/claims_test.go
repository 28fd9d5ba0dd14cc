package claims

import (
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWriteLeavesOneWholeDocument(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "claims.json")
	c := New("scenario", "variant", "udp4")
	for i := 1; i <= mostRecorded+5; i++ {
		c.FoundInUse(i, "127.0.0.1:3001")
	}
	for i := 0; i < 2; i++ { // the second time over the first
		if err := c.Write(path); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var back Claims
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if back.AddressInUse != mostRecorded+5 || len(back.AddressInUseAt) != mostRecorded {
		t.Errorf("%d counted, %d kept", back.AddressInUse, len(back.AddressInUseAt))
	}
	left, _ := os.ReadDir(directory)
	if len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestNoClaimIsNull(t *testing.T) {
	text, err := json.Marshal(New("scenario", "variant", "udp4"))
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]interface{}
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range fields {
		if value == nil {
			t.Errorf("%s is null", name)
		}
	}
}

func TestWriteReplacesOnlyRegularFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0600); err != nil {
		t.Fatal(err)
	}
	if err := New("scenario", "variant", "udp4").Write(path); err == nil {
		t.Error("it was replaced")
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("it is %v now, %v", info, err)
	}
}
