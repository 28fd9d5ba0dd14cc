package tracing

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/ringbuf"
)

// The programs do not wake the reader. A ring of 16 MiB takes what two processors tell in 100 ms; fewer and larger
// writes cost the traced program less than many small ones: it has the same processors.
const pause = 10 * time.Millisecond

// A killed agent loses what was not written: one write for what was found, or for this much of it.
const blockSize = 256 << 10

// drain copies records from the ring to the file, as they are.
type drain struct {
	reader *ringbuf.Reader
	file   *os.File
	block  []byte
	failed error // the first write that failed: from then on nothing more is written
	stop   chan struct{}
	done   chan struct{}
}

func startDrain(programs *ebpf.Collection, file *os.File, features uint32) (*drain, error) {
	reader, err := ringbuf.NewReader(programs.Maps["ring"])
	if err != nil {
		return nil, err
	}
	reader.SetDeadline(time.Unix(1, 0)) // never wait
	d := &drain{reader: reader, file: file, stop: make(chan struct{}), done: make(chan struct{})}
	d.block = appendBegin(d.block, features)
	if err := d.write(); err != nil {
		reader.Close()
		return nil, err
	}
	go d.run()
	return d, nil
}

func (d *drain) run() {
	defer close(d.done)
	for {
		select {
		case <-d.stop:
			return
		case <-time.After(pause):
			d.readAll()
		}
	}
}

func (d *drain) readAll() {
	record := ringbuf.Record{}
	for {
		err := d.reader.ReadInto(&record)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			break
		}
		if err != nil {
			d.fail(fmt.Errorf("the ring can not be read: %w", err))
			break
		}
		d.block = appendRecord(d.block, record.RawSample)
		if len(d.block) >= blockSize {
			d.write()
		}
	}
	d.write()
}

func (d *drain) write() error {
	if d.failed == nil && len(d.block) > 0 {
		if _, err := d.file.Write(d.block); err != nil {
			d.fail(fmt.Errorf("the trace can not be written: %w", err))
		}
	}
	d.block = d.block[:0]
	return d.failed
}

func (d *drain) fail(err error) {
	if d.failed == nil {
		d.failed = err
	}
}

// finish is called when nothing is attached any more.
func (d *drain) finish(programs *ebpf.Collection) error {
	close(d.stop)
	<-d.done
	d.readAll()
	d.reader.Close()
	counted, err := readCounts(programs.Maps["counts"])
	if err != nil {
		d.fail(fmt.Errorf("the counts of the kernel can not be read: %w", err))
	}
	skipped, err := readSkipped(programs.Programs)
	if err != nil {
		d.fail(fmt.Errorf("how often the kernel left a program out can not be read: %w", err))
	}
	d.block = appendEnd(d.block, append(counted, skipped))
	return d.write()
}

// readSkipped returns how often the kernel did not run a program because it was running already on that processor.
func readSkipped(programs map[string]*ebpf.Program) (uint64, error) {
	var skipped uint64
	for _, program := range programs {
		stats, err := program.Stats()
		if err != nil {
			return 0, err
		}
		skipped += stats.RecursionMisses
	}
	return skipped, nil
}

func readCounts(counts *ebpf.Map) ([]uint64, error) {
	sums := make([]uint64, counts.MaxEntries())
	for index := range sums {
		var perProcessor []uint64
		if err := counts.Lookup(uint32(index), &perProcessor); err != nil {
			return nil, err
		}
		for _, count := range perProcessor {
			sums[index] += count
		}
	}
	return sums, nil
}
