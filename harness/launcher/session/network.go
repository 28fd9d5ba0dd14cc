package session

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"unsafe"
)

// currentNetwork names the network namespace of the calling thread, as in `net:[4026531833]`.
func currentNetwork() (string, error) {
	return os.Readlink("/proc/thread-self/ns/net")
}

// enterPrivateNetwork gives the calling thread, which must be locked, a network namespace of its own with
// loopback up. Only a thread that has been seen to have left the launcher's may start a private run.
// home is compared by name, not by /proc/self/ns/net: Go may lock a goroutine to the first thread too.
func enterPrivateNetwork(home string) error {
	if err := syscall.Unshare(syscall.CLONE_NEWNET); err != nil {
		if errors.Is(err, syscall.EPERM) {
			return fmt.Errorf("unshare: %w; run as root, or in a user namespace (unshare -Ur)", err)
		}
		return fmt.Errorf("unshare: %w", err)
	}
	own, err := currentNetwork()
	if err != nil {
		return err
	}
	if own == home {
		return fmt.Errorf("unshare succeeded, but the namespace is still the launcher's, %s", own)
	}
	if err := loopbackUp(); err != nil {
		return fmt.Errorf("the loopback interface could not be brought up: %w", err)
	}
	return nil
}

// interfaceRequest is struct ifreq of netdevice(7), with the flags of its union.
type interfaceRequest struct {
	name  [syscall.IFNAMSIZ]byte
	flags uint16
	_     [22]byte
}

func loopbackUp() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	request := &interfaceRequest{name: [syscall.IFNAMSIZ]byte{'l', 'o'}}
	if err := ioctl(socket, syscall.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	request.flags |= syscall.IFF_UP
	if err := ioctl(socket, syscall.SIOCSIFFLAGS, request); err != nil {
		return err
	}
	if err := ioctl(socket, syscall.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	if request.flags&syscall.IFF_UP == 0 {
		return errors.New("it is still down")
	}
	return nil
}

func ioctl(socket int, code uintptr, request *interfaceRequest) error {
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), code, uintptr(unsafe.Pointer(request)))
	if errno != 0 {
		return errno
	}
	return nil
}
