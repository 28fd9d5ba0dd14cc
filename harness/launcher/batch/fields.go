package batch

import (
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// fields reads a JSON object that has exactly these fields. encoding/json alone would take a field in
// other letter case for the same one, and a missing or null one for empty.
func fields(text []byte, want map[string]interface{}) error {
	var have map[string]json.RawMessage
	if err := json.Unmarshal(text, &have); err != nil {
		return err
	}
	if have == nil {
		return fmt.Errorf("want an object")
	}
	for _, name := range sortedNames(have) {
		if _, known := want[name]; !known {
			return fmt.Errorf("unknown field %q", name)
		}
	}
	for _, name := range sortedNames(want) {
		value, there := have[name]
		if !there {
			return fmt.Errorf("field %q is missing", name)
		}
		if string(value) == "null" {
			return fmt.Errorf("field %q is null", name)
		}
		if err := json.Unmarshal(value, want[name]); err != nil {
			return fmt.Errorf("field %q: %w", name, err)
		}
	}
	return nil
}

func arguments(argv []*string) ([]string, error) {
	if len(argv) == 0 {
		return nil, fmt.Errorf("argv is empty")
	}
	var arguments []string
	for i, argument := range argv {
		if argument == nil || strings.ContainsRune(*argument, 0) {
			return nil, fmt.Errorf("argv[%d] can not be handed to a program: it is null or holds a zero byte", i)
		}
		arguments = append(arguments, *argument)
	}
	return arguments, nil
}

func environment(variables map[string]*string) ([]string, error) {
	env := []string{}
	for _, name := range sortedNames(variables) {
		value := variables[name]
		if name == "" || strings.ContainsAny(name, "=\x00") || value == nil || strings.ContainsRune(*value, 0) {
			return nil, fmt.Errorf("env: %q can not be handed to a program: a bad name, null, or a zero byte", name)
		}
		env = append(env, name+"="+*value)
	}
	return env, nil
}

func sortedNames[V any](values map[string]V) []string {
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
