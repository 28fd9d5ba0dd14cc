//go:build linux && amd64
// +build linux,amd64

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"
)

const (
	setInterface = 0x400454ca      // TUNSETIFF
	ethernet     = 0x0002 | 0x1000 // IFF_TAP, IFF_NO_PI
)

// request is struct ifreq.
type request struct {
	name [16]byte
	data [24]byte
}

// makeDevice brings up an interface with the address 10.99.0.1/8. It lives as long as the file.
func makeDevice(name string) (*os.File, error) {
	// Not by way of os.OpenFile: a descriptor that the runtime polls would be seen in the trace.
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	file := os.NewFile(uintptr(fd), name)
	var r request
	copy(r.name[:15], name)
	r.data[0], r.data[1] = ethernet&0xff, ethernet>>8
	if err := control(fd, setInterface, unsafe.Pointer(&r)); err != nil {
		return nil, fmt.Errorf("TUNSETIFF: %v", err)
	}
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return nil, err
	}
	defer syscall.Close(socket)
	r.data = [24]byte{syscall.AF_INET, 0, 0, 0, 10, 99, 0, 1}
	if err := control(socket, syscall.SIOCSIFADDR, unsafe.Pointer(&r)); err != nil {
		return nil, fmt.Errorf("SIOCSIFADDR: %v", err)
	}
	r.data = [24]byte{syscall.IFF_UP}
	if err := control(socket, syscall.SIOCSIFFLAGS, unsafe.Pointer(&r)); err != nil {
		return nil, fmt.Errorf("SIOCSIFFLAGS: %v", err)
	}
	return file, nil
}

// addLinkLocal gives loopback, whose index is 1 in every namespace, the address fe80::1/64, and waits for it.
func addLinkLocal() error {
	socket, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	// struct in6_ifreq
	r := struct {
		address [16]byte
		prefix  uint32
		index   int32
	}{[16]byte{0: 0xfe, 1: 0x80, 15: 1}, 64, 1}
	if err := control(socket, syscall.SIOCSIFADDR, unsafe.Pointer(&r)); err != nil {
		return fmt.Errorf("fe80::1 on lo: %v", err)
	}
	for !isUsable("fe800000000000000000000000000001") {
		time.Sleep(time.Millisecond)
	}
	return nil
}

// isUsable says whether the address, as /proc/net/if_inet6 writes it, is no longer tentative: the kernel makes
// it so at its leisure.
func isUsable(address string) bool {
	const tentative = 0x40 // IFA_F_TENTATIVE
	content, _ := os.ReadFile("/proc/self/net/if_inet6")
	for _, line := range strings.Split(string(content), "\n") {
		fields := strings.Fields(line)
		if len(fields) < 5 || fields[0] != address {
			continue
		}
		flags, err := strconv.ParseUint(fields[4], 16, 32)
		return err == nil && flags&tentative == 0
	}
	return false
}

func control(fd int, request uintptr, argument unsafe.Pointer) error {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(argument))
	return result(errno)
}
