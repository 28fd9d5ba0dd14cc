package tracing

import (
	"encoding/binary"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// The first bytes of every trace; the last of them is the version of the format.
const magic = "afcebpf\x02"

const (
	kindBegin = 1
	kindEnd   = 11
)

// Of the BEGIN record.
const (
	featureReleases = 1 << iota // sock_release is attached: every socket that was made here has its release
	featureRaw                  // raw tracepoints, not typed ones
)

const headSize = 24

var order = binary.LittleEndian

func appendBegin(block []byte, features uint32) []byte {
	block = append(block, magic...)
	release := kernelRelease()
	block = appendHead(block, kindBegin, headSize+12+len(release))
	block = order.AppendUint64(block, uint64(time.Now().UnixNano()))
	block = order.AppendUint32(block, features)
	return append(block, release...)
}

func appendEnd(block []byte, counts []uint64) []byte {
	block = appendHead(block, kindEnd, headSize+8*len(counts))
	for _, count := range counts {
		block = order.AppendUint64(block, count)
	}
	return block
}

func appendHead(block []byte, kind byte, size int) []byte {
	var now unix.Timespec
	// It can fail for an unknown clock only.
	_ = unix.ClockGettime(unix.CLOCK_MONOTONIC, &now)
	block = order.AppendUint16(block, uint16(size))
	block = append(block, kind, 0)
	block = order.AppendUint32(block, uint32(os.Getpid()))
	block = order.AppendUint32(block, uint32(os.Getpid()))
	block = order.AppendUint32(block, 0)
	return order.AppendUint64(block, uint64(now.Nano()))
}

// appendRecord leaves out the room that the record did not need.
func appendRecord(block, sample []byte) []byte {
	if len(sample) < headSize {
		return block
	}
	size := min(int(order.Uint16(sample)), len(sample))
	return append(block, sample[:size]...)
}

func kernelRelease() string {
	var names unix.Utsname
	if err := unix.Uname(&names); err != nil {
		return ""
	}
	return unix.ByteSliceToString(names.Release[:])
}
