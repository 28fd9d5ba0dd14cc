package batch

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const good = `{"schemaVersion": 1, "session": "s1", "records": "/d/records", "lifeline": "/d/lifeline", "runs": [
  {"run": "0001", "argv": ["/bin/true", "-x", ""], "env": {"B": "2=2", "A": ""}, "directory": "/d", "stdout": "/d/o",
   "stderr": "/d/e", "timeoutMs": 1000, "graceMs": 0, "network": "private"}]}`

func TestParse(t *testing.T) {
	b, err := Parse([]byte(good))
	if err != nil {
		t.Fatal(err)
	}
	want := &Batch{Session: "s1", Records: "/d/records", Lifeline: "/d/lifeline", Runs: []Run{{
		ID: "0001", Argv: []string{"/bin/true", "-x", ""}, Env: []string{"A=", "B=2=2"}, Directory: "/d",
		Stdout: "/d/o", Stderr: "/d/e", Timeout: time.Second, Network: Private,
	}}}
	if !reflect.DeepEqual(b, want) {
		t.Errorf("got %+v, want %+v", b, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, message string }{
		{good, ``, "unexpected end"},
		{good, `null`, "want an object"},
		{good, `[]`, "cannot unmarshal"},
		{good, good + `{}`, "after top-level value"},
		{`"schemaVersion": 1`, `"schemaVersion": 2`, "schemaVersion is 2"},
		{`"schemaVersion": 1`, `"schemaVersion": "1"`, `field "schemaVersion"`},
		{`"schemaVersion": 1, `, ``, `"schemaVersion" is missing`},
		{`"session": "s1"`, `"session": null`, `"session" is null`},
		{`"session": "s1"`, `"session": "s 1"`, "session"},
		{`"session": "s1"`, `"Session": "s1"`, `unknown field "Session"`},
		{`"session": "s1"`, `"session": "s1", "more": 1`, `unknown field "more"`},
		{`"/d/records"`, `"records"`, "absolute path"},
		{`"/d/lifeline"`, `"lifeline"`, "absolute path"},
		{`"run": "0001"`, `"run": "0001", "more": 1`, `runs[0]: unknown field "more"`},
		{`"run": "0001"`, `"run": ""`, "runs[0]: run"},
		{`"run": "0001"`, `"run": "0001 end"`, "runs[0]: run"},
		{`"run": "0001"`, `"run": "../1"`, "runs[0]: run"},
		{`["/bin/true", "-x", ""]`, `[]`, "argv is empty"},
		{`["/bin/true", "-x", ""]`, `["true"]`, "argv[0]"},
		{`["/bin/true", "-x", ""]`, `["/bin/true", null]`, "argv[1]"},
		{`["/bin/true", "-x", ""]`, `["/bin/true", "\u0000"]`, "argv[1]"},
		{`"B": "2=2"`, `"B=2": "2"`, "env"},
		{`"B": "2=2"`, `"": "2"`, "env"},
		{`"B": "2=2"`, `"B": null`, "env"},
		{`"B": "2=2"`, `"B": 2`, `field "env"`},
		{`"timeoutMs": 1000`, `"timeoutMs": 0`, "timeoutMs"},
		{`"timeoutMs": 1000`, `"timeoutMs": 1.5`, "timeoutMs"},
		{`"timeoutMs": 1000`, `"timeoutMs": 9223372036854775807`, "timeoutMs"},
		{`"graceMs": 0`, `"graceMs": -1`, "graceMs"},
		{`"network": "private"`, `"network": "host"`, "network"},
		{`"network": "private"}`, `"network": "private"}, null`, "runs[1]: want an object"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		_, err := Parse([]byte(text))
		if err == nil || !strings.Contains(err.Error(), c.message) {
			t.Errorf("%q for %q: %v, want %q", c.new, c.old, err, c.message)
		}
	}
	run := good[strings.Index(good, `{"run"`):strings.LastIndex(good, "]")]
	if _, err := Parse([]byte(strings.Replace(good, run, run+","+run, 1))); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("the same run twice: %v", err)
	}
}

func TestReadNamesTheFile(t *testing.T) {
	if _, err := Read("/nonexistent/batch.json"); err == nil || !strings.Contains(err.Error(), "/nonexistent/batch.json") {
		t.Errorf("%v", err)
	}
}
