package tracing

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"sync"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
)

// loadAny does without what is only faster, then without what is not needed for a trace, and then tries the other form.
func (t *Tracing) loadAny(options Options, nonce uint64) error {
	// All that is read to load is garbage afterwards; collected meanwhile, it takes the processors from the verifier.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	types := sync.OnceValues(readTypes)
	go types() // programs need them, maps do not
	var first, refused error
	for _, try := range attempts(options, nonce) {
		programs, err := load(try, types)
		if err == nil {
			t.programs, t.Form = programs, try.form
			if !try.hooks {
				t.HooksRefused = refused
			}
			return nil
		}
		if first == nil {
			first = err
		}
		if _, err := types(); err != nil {
			break // no attempt does without
		}
		if try.hooks {
			refused = errors.New(reason(err))
		}
	}
	return fmt.Errorf("the kernel does not take the programs: %s", reason(first))
}

// readTypes is called once: a btf.Cache keeps no error, so each program would look through the file system anew.
func readTypes() (*btf.Cache, error) {
	types := btf.NewCache()
	_, err := types.Kernel()
	return types, err
}

func attempts(options Options, nonce uint64) []attempt {
	var all []attempt
	for _, form := range options.Forms {
		for _, hooks := range []bool{true, false} {
			for _, casts := range []bool{true, false} {
				if options.Cgroup != "" || !hooks {
					all = append(all, attempt{options.Ring, nonce, form, hooks, casts})
				}
			}
		}
	}
	return all
}

// attempt says how to load.
type attempt struct {
	ring  uint32
	nonce uint64
	form  Form
	hooks bool
	casts bool // plain loads from the kernel's structures, and no calls of a helper; since Linux 6.2
}

// load has the kernel verify the programs side by side: nothing takes longer, and it does so for several at a time.
func load(try attempt, types func() (*btf.Cache, error)) (*ebpf.Collection, error) {
	spec, err := specOf(try)
	if err != nil {
		return nil, err
	}
	programs := spec.Programs
	spec.Programs = nil
	loaded, err := ebpf.NewCollection(spec)
	if err != nil {
		return nil, err
	}
	kernel, err := types()
	if err != nil {
		loaded.Close()
		return nil, err
	}
	options := ebpf.CollectionOptions{MapReplacements: loaded.Maps, Cache: kernel}
	names := slices.Sorted(maps.Keys(programs))
	verified := make([]*ebpf.Program, len(names))
	refused := make([]error, len(names))
	var all sync.WaitGroup
	for i, name := range names {
		alone := map[string]*ebpf.ProgramSpec{name: programs[name]}
		all.Go(func() {
			verified[i], refused[i] = loadOne(name, &ebpf.CollectionSpec{Maps: spec.Maps, Programs: alone}, options)
		})
	}
	all.Wait()
	for i, name := range names {
		loaded.Programs[name] = verified[i] // for Close
	}
	for _, err := range refused {
		if err != nil {
			loaded.Close()
			return nil, err
		}
	}
	return loaded, nil
}

func loadOne(name string, spec *ebpf.CollectionSpec, options ebpf.CollectionOptions) (*ebpf.Program, error) {
	loaded, err := ebpf.NewCollectionWithOptions(spec, options)
	if err != nil {
		return nil, err
	}
	defer loaded.Close()
	return loaded.DetachProgram(name), nil
}
