package check_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/check"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
)

func engine(t *testing.T) *kql.Engine {
	t.Helper()
	e, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func batch(t *testing.T, in string) (bad int, out []check.Result) {
	t.Helper()
	var b bytes.Buffer
	bad, err := check.Batch(engine(t), strings.NewReader(in), &b, func(env string) (bind.Catalog, error) {
		if env != "" && env != "sentinel" {
			return nil, errors.New("no environment is called " + env)
		}
		return kql.Tables{}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(&b)
	for dec.More() {
		var r check.Result
		if err := dec.Decode(&r); err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return bad, out
}

func TestBatchAnswersEveryLine(t *testing.T) {
	in := "\ufeff" + `{"id":"a","query":"print x = 1, y = \"é\""}
{"id":"b","query":"print x ="}

not json
{"id":7,"query":"print 1","environment":"nowhere"}
{"id":"d","query":5}
{"id":"e"}
{"query":"print now()","environment":"sentinel"}
[]
{"id":"last","query":"print a = true"}`
	bad, got := batch(t, in)
	type line struct {
		id, code, kind string
		columns        int
	}
	var lines []line
	for _, r := range got {
		l := line{id: string(r.ID), columns: len(r.Columns)}
		if len(r.Diagnostics) > 0 {
			l.code, l.kind = r.Diagnostics[0].Code, r.Diagnostics[0].Kind
		}
		lines = append(lines, l)
	}
	want := []line{
		{`"a"`, "", "", 2},
		{`"b"`, "KS006", "syntax", 1},
		{`null`, check.BadRequest, "syntax", 0},
		{`7`, check.BadRequest, "semantic", 0},
		{`"d"`, check.BadRequest, "syntax", 0},
		{`"e"`, check.BadRequest, "syntax", 0},
		{`null`, "", "", 1},
		{`null`, check.BadRequest, "syntax", 0},
		{`"last"`, "", "", 1},
	}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("got  %v\nwant %v", lines, want)
	}
	if bad != 6 {
		t.Errorf("%d bad lines, want 6", bad)
	}
}

// TestBatchInOrder holds that many lines are answered in their order.
func TestBatchInOrder(t *testing.T) {
	var in strings.Builder
	for i := range 500 {
		fmt.Fprintf(&in, `{"id":%d,"query":"print %s"}`+"\n", i, strings.Repeat("1 + ", i%7*20)+"1")
	}
	_, got := batch(t, in.String())
	if len(got) != 500 {
		t.Fatalf("%d answers", len(got))
	}
	for i, r := range got {
		if string(r.ID) != strconv.Itoa(i) {
			t.Fatalf("answer %d is to line %s", i, r.ID)
		}
	}
}

// TestBatchAnswersAtOnce holds a conversation: an answer comes before the next
// line is asked.
func TestBatchAnswersAtOnce(t *testing.T) {
	in, ask := io.Pipe()
	hear, out := io.Pipe()
	go func() {
		_, err := check.Batch(engine(t), in, out, func(string) (bind.Catalog, error) { return kql.Tables{}, nil })
		out.CloseWithError(err)
	}()
	answers := json.NewDecoder(hear)
	for i := range 5 {
		fmt.Fprintf(ask, `{"id":%d,"query":"print 1"}`+"\n", i)
		var r check.Result
		if err := answers.Decode(&r); err != nil || string(r.ID) != strconv.Itoa(i) {
			t.Fatalf("answer %s: %v", r.ID, err)
		}
	}
	ask.Close()
}

// TestBatchUnwritable holds that a reader that goes away ends the batch.
func TestBatchUnwritable(t *testing.T) {
	hear, out := io.Pipe()
	hear.Close()
	in := strings.Repeat(`{"id":1,"query":"print 1"}`+"\n", 100)
	if _, err := check.Batch(engine(t), strings.NewReader(in), out, func(string) (bind.Catalog, error) { return kql.Tables{}, nil }); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("got %v", err)
	}
}

func TestPlacesAreUTF16(t *testing.T) {
	r := check.Query(engine(t), `print "é😀" | where nope`, kql.Tables{})
	if len(r.Diagnostics) != 1 || r.Diagnostics[0].Start != 20 || r.Diagnostics[0].End != 24 || r.Diagnostics[0].Kind != "semantic" {
		t.Errorf("got %+v", r.Diagnostics)
	}
}

func TestNothingIsNull(t *testing.T) {
	out, err := json.Marshal(check.Query(engine(t), "let x = 1", kql.Tables{}))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(out), "null") || strings.Contains(string(out), "id") && strings.Contains(string(out), `"id"`) {
		t.Errorf("got %s", out)
	}
}
