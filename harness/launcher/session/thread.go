package session

import "runtime"

// threads are the OS threads that start runs. They stay for the life of the process: a run is killed when
// the thread that forked it ends, and one that has left the launcher's network namespace is never given
// back to the Go scheduler.
type threads struct{ inherit, private *thread }

// inheriting is never moved to another namespace.
func (t *threads) inheriting() *thread {
	if t.inherit == nil {
		t.inherit = newThread()
	}
	return t.inherit
}

// separate is moved to a new network namespace for each run.
func (t *threads) separate() *thread {
	if t.private == nil {
		t.private = newThread()
	}
	return t.private
}

type thread struct{ work chan func() }

func newThread() *thread {
	t := &thread{make(chan func())}
	go func() {
		runtime.LockOSThread()
		for f := range t.work {
			f()
		}
	}()
	return t
}

// do returns when f has.
func (t *thread) do(f func()) {
	done := make(chan struct{})
	t.work <- func() {
		defer close(done)
		f()
	}
	<-done
}
