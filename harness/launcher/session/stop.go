package session

import (
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// listen tells of whatever asks the session to end: the lifeline's end of file, or a signal.
func listen(lifeline string) (<-chan Outcome, error) {
	pipe, err := openLifeline(lifeline)
	if err != nil {
		return nil, err
	}
	stops := make(chan Outcome, 2)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	go func() {
		stops <- Outcome{ReasonSignal, (<-signals).(syscall.Signal)}
	}()
	go func() {
		io.Copy(io.Discard, pipe) // nobody writes; an error is as good as the end of file
		stops <- Outcome{Reason: ReasonLifeline}
	}()
	return stops, nil
}

// openLifeline does not wait for a writer, as open(2) on a FIFO otherwise does: a FIFO that nobody holds
// open for writing is at its end of file at once.
func openLifeline(path string) (*os.File, error) {
	descriptor, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	pipe := os.NewFile(uintptr(descriptor), path)
	info, err := pipe.Stat()
	if err == nil && info.Mode()&os.ModeNamedPipe == 0 {
		err = fmt.Errorf("%s is not a FIFO", path)
	}
	if err != nil {
		pipe.Close()
		return nil, err
	}
	return pipe, nil
}
