// Prints what of BPF is in the kernel, for the tests that look whether anything is left: one object a line, its kind,
// its number, which no later one gets for long, its name, and of a link the number of its program. Standard library
// only, so that `go build` of this one file is enough.
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// From <linux/bpf.h>.
const (
	systemCall  = 321 // x86-64
	infoByFd    = 15
	linkProgram = 8 // where struct bpf_link_info has prog_id
)

var kinds = []struct {
	name            string
	next, open      uintptr
	nameAt, nameEnd int // in struct bpf_..._info; 0: it has no name
}{
	{"program", 11, 13, 64, 80},
	{"map", 12, 14, 24, 40},
	{"link", 31, 30, 0, 0},
}

func main() {
	for _, kind := range kinds {
		for id := uint32(0); ; {
			attribute := [3]uint32{id}
			_, errno := bpf(kind.next, unsafe.Pointer(&attribute), unsafe.Sizeof(attribute))
			if errno == syscall.ENOENT {
				break
			}
			if errno != 0 {
				fmt.Fprintf(os.Stderr, "no list of every %s: %v\n", kind.name, errno)
				os.Exit(1)
			}
			id = attribute[1]
			if !describe(kind.open, id) {
				continue // gone meanwhile
			}
			text := string(bytes.TrimRight(info[kind.nameAt:kind.nameEnd], "\x00"))
			program := uint32(0)
			if kind.name == "link" {
				text, program = "-", binary.LittleEndian.Uint32(info[linkProgram:])
			}
			fmt.Println(kind.name, id, text, program)
		}
	}
}

// info is filled by describe. Not on a stack, which Go may move.
var info [256]byte

func describe(open uintptr, id uint32) bool {
	info = [256]byte{}
	attribute := [3]uint32{id}
	descriptor, errno := bpf(open, unsafe.Pointer(&attribute), unsafe.Sizeof(attribute))
	if errno != 0 {
		return false
	}
	defer syscall.Close(int(descriptor))
	question := struct {
		descriptor, size uint32
		info             uint64
	}{uint32(descriptor), uint32(len(info)), uint64(uintptr(unsafe.Pointer(&info)))}
	_, errno = bpf(infoByFd, unsafe.Pointer(&question), unsafe.Sizeof(question))
	return errno == 0
}

func bpf(command uintptr, attribute unsafe.Pointer, size uintptr) (uintptr, syscall.Errno) {
	result, _, errno := syscall.Syscall(systemCall, command, uintptr(attribute), size)
	return result, errno
}
