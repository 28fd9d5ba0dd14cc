package tracing

import (
	"bytes"
	"os"
	"testing"
	"time"
)

// docs/ebpf-format.md has the places.
func TestBegin(t *testing.T) {
	before := time.Now()
	block := appendBegin(nil, featureReleases|featureRaw)
	head, ok := bytes.CutPrefix(block, []byte("afcebpf\x02"))
	if !ok {
		t.Fatalf("it begins with %q", block[:8])
	}
	checkHead(t, head, kindBegin)
	wall := time.Unix(0, int64(order.Uint64(head[24:])))
	if wall.Before(before) || wall.After(time.Now()) {
		t.Errorf("real time %v", wall)
	}
	if features := order.Uint32(head[32:]); features != 3 {
		t.Errorf("features %d", features)
	}
	if release := string(head[36:]); release != kernelRelease() || release == "" {
		t.Errorf("release %q", release)
	}
}

func TestEnd(t *testing.T) {
	block := appendEnd([]byte("before"), []uint64{5, 0, 1 << 40})
	record := block[len("before"):]
	checkHead(t, record, kindEnd)
	for index, want := range []uint64{5, 0, 1 << 40} {
		if got := order.Uint64(record[24+8*index:]); got != want {
			t.Errorf("count %d: %d, want %d", index, got, want)
		}
	}
}

func checkHead(t *testing.T, record []byte, kind byte) {
	t.Helper()
	if size := int(order.Uint16(record)); size != len(record) {
		t.Errorf("size %d of a record of %d", size, len(record))
	}
	if record[2] != kind || record[3] != 0 {
		t.Errorf("kind %d, flags %d", record[2], record[3])
	}
	for _, at := range []int{4, 8} {
		if pid := order.Uint32(record[at:]); pid != uint32(os.Getpid()) {
			t.Errorf("process or thread %d at %d", pid, at)
		}
	}
	if at := order.Uint64(record[16:]); at == 0 {
		t.Error("no time")
	}
}

func TestRecordIsCutToWhatItNeeds(t *testing.T) {
	sample := func(says, has int) []byte {
		record := bytes.Repeat([]byte{7}, has)
		if has >= 2 {
			order.PutUint16(record, uint16(says))
		}
		return record
	}
	for _, c := range []struct{ says, has, want int }{
		{24, 24, 24},
		{24, 280, 24},
		{48, 40, 40}, // more than there is: what is there
		{24, 23, 0},  // no record
		{0, 0, 0},
	} {
		if got := len(appendRecord(nil, sample(c.says, c.has))); got != c.want {
			t.Errorf("says %d, has %d: %d bytes, want %d", c.says, c.has, got, c.want)
		}
	}
}
