package store

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// termPieces are what random texts are made of: terms short and long, in all
// cases, of several scripts, addresses, and what folds to ASCII letters.
var termPieces = []string{
	"a", "be", "See", "DENIED", "denied", "powershell", "EncodedCommand", "1", "42", "10.0.0.1", "10.0.0.12", "192.168.7.255", "1.2.3", "4a3e", "DEAD", "face",
	"a66d660b-e2a3-4e22-9a67-255bafe5fb00", "A66D660B-E2A3-4E22-9A67-255BAFE5FB01", "2025-06-16T12:00:15.9445060Z", "café", "Zoë", "ПриветМир", "日本", "straße",
	"\u212Aelvin", "kelvin", "ſerver", "server", "İstanbul", "x_y", "user@example.com", "C:\\Windows\\System32", "\"quoted\"", "tab\tend", "line\nend", "\xff\xfe", "é1", "abcé",
}

var termGlue = []string{" ", ".", "-", "_", "", ",", "/", "é", "\n"}

func randomText(r *rand.Rand) string {
	var b strings.Builder
	for range r.IntN(5) {
		b.WriteString(termPieces[r.IntN(len(termPieces))])
		b.WriteString(termGlue[r.IntN(len(termGlue))])
	}
	return b.String()
}

// randomNeedle is often a part of a text that is there.
func randomNeedle(r *rand.Rand, texts []string) string {
	s := texts[r.IntN(len(texts))]
	if r.IntN(4) == 0 {
		s = randomText(r)
	}
	if s != "" && r.IntN(3) > 0 {
		from := r.IntN(len(s))
		s = s[from : from+1+r.IntN(len(s)-from)]
	}
	switch r.IntN(4) {
	case 0:
		s = strings.ToUpper(s)
	case 1:
		s = strings.ToLower(s)
	}
	return strings.ToValidUTF8(s, "?")
}

// ranged is rows in memory of which a scan gets only those that an index lets
// through.
type ranged struct {
	*plan.Memory
	schema  types.Schema
	rows    *column.Batch
	index   *termIndex
	asked   int
	skipped int
}

func (s *ranged) Open(ctx context.Context, scan plan.Scan) (column.Reader, error) {
	left := []parquet.Range{{From: 0, To: s.rows.Len()}}
	for _, h := range scan.Hints {
		r, ok, err := s.index.rowsOf(s.schema.Columns[h.Column].Name, h)
		if err != nil {
			return nil, err
		}
		if ok {
			s.asked++
			var both []parquet.Range
			for _, a := range left {
				for _, b := range r {
					if from, to := max(a.From, b.From), min(a.To, b.To); from < to {
						both = append(both, parquet.Range{From: from, To: to})
					}
				}
			}
			left = both
		}
	}
	var parts []*column.Batch
	n := 0
	for _, r := range left {
		parts = append(parts, s.rows.Slice(r.From, r.To))
		n += r.To - r.From
	}
	s.skipped += s.rows.Len() - n
	return plan.NewMemory(s.schema, parts).Open(ctx, scan)
}

// TestTermIndexChangesNoAnswer asks random questions of random texts with and
// without the index.
func TestTermIndexChangesNoAnswer(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 600
	texts, codes, bags, id := make([]string, n), make([]uint32, n), make([]dynamic.Value, n), make([]int64, n)
	few := make([]string, 20)
	for i := range few {
		few[i] = randomText(r)
	}
	for i := range n {
		id[i], texts[i], codes[i] = int64(i), randomText(r), uint32(i*7/60%20)
		if i < n/2 {
			continue // without terms, so that filters differ in size
		}
		switch i % 4 {
		case 0:
			bags[i] = dynamic.FromString(randomText(r))
		case 1, 2:
			bags[i], _ = dynamic.ParseJSON(fmt.Sprintf(`{"k":%q,"list":[%q,1.5,{"deep":"x%dy"}]}`, strings.ToValidUTF8(randomText(r), "?"), strings.ToValidUTF8(randomText(r), "?"), i))
		}
	}
	schema := types.NewSchema(types.Column{Name: "Id", Type: types.Long}, types.Column{Name: "Text", Type: types.String},
		types.Column{Name: "Few", Type: types.String}, types.Column{Name: "Bag", Type: types.Dynamic})
	rows := column.NewBatch(n, []column.Column{column.NewVec(types.Long, id, nil), column.NewVec(types.String, texts, nil),
		&column.Dict{Codes: codes, Values: column.NewVec(types.String, few, nil)}, column.NewVec(types.Dynamic, bags, nil)})
	w := newTermWriter(schema)
	w.per = 7
	for from := 0; from < n; from += 50 {
		if err := w.write(rows.Slice(from, from+50)); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "x"+termsEnd)
	if err := os.WriteFile(path, bytes.Join(w.finish(1<<30, 5), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	index, err := openTerms(path, &Segment{Rows: n, Sums: 5}, newFilterCache())
	if err != nil {
		t.Fatal(err)
	}
	defer index.Close()
	src := &ranged{Memory: plan.NewMemory(schema, []*column.Batch{rows}), schema: schema, rows: rows, index: index}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	for range 3000 {
		q := "T | where " + randomCondition(r, texts)
		if r.IntN(4) == 0 {
			q += " and " + randomCondition(r, texts)
		}
		q += " | summarize Ids = make_list(Id)"
		with, without := ask(t, engine, q, src), ask(t, engine, q, src.Memory)
		if with != without {
			t.Fatalf("%s\nwith the index:    %s\nwithout the index: %s", q, with, without)
		}
	}
	woven := 0
	for _, c := range index.cols {
		if c.woven > 0 {
			woven++
		}
	}
	if woven == 0 || woven == len(index.cols) {
		t.Errorf("%d of %d columns are woven: the test does not look at both layouts", woven, len(index.cols))
	}
	if src.asked < 500 || src.skipped < 500*n/2 {
		t.Errorf("the index was asked %d times and skipped %d rows: the test looks at little", src.asked, src.skipped)
	}
}

func randomCondition(r *rand.Rand, texts []string) string {
	col := []string{"Text", "Text", "Few", "Bag"}[r.IntN(4)]
	quote := func() string { return kqlText(randomNeedle(r, texts)) }
	ops := []string{"has", "has_cs", "contains", "contains_cs", "startswith", "endswith", "hasprefix", "hassuffix", "==", "=~", "!has", "!="}
	switch op := r.IntN(len(ops) + 5); op {
	case len(ops):
		return fmt.Sprintf("%s has_any (%s, %s)", col, quote(), quote())
	case len(ops) + 1:
		return fmt.Sprintf("%s has_all (%s, %s)", col, quote(), quote())
	case len(ops) + 2:
		return fmt.Sprintf("%s in (%s, %s)", col, quote(), kqlText(strings.ToValidUTF8(texts[r.IntN(len(texts))], "?")))
	case len(ops) + 3:
		return fmt.Sprintf("%s in~ (%s, %s)", col, quote(), quote())
	case len(ops) + 4:
		return fmt.Sprintf("%s has_any (%s, %s, %s, %s, %s, %s)", col, quote(), quote(), quote(), quote(), quote(), quote())
	default:
		return fmt.Sprintf("%s %s %s", col, ops[op], quote())
	}
}

// kqlText returns a literal; characters that do not print are escaped.
func kqlText(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ':
			fmt.Fprintf(&b, "\\u%04x", r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func ask(t *testing.T, e *kql.Engine, text string, src plan.Source) string {
	t.Helper()
	q, diags := e.Compile(text, kql.Tables{"T": src})
	answer, err := q.Run(context.Background(), kql.RunOptions{Workers: 1})
	if err != nil {
		t.Fatalf("%s: %v %v", text, err, diags)
	}
	return fmt.Sprint(numbersOf(t, answer))
}

func numbersOf(t *testing.T, answer []kql.Table) []string {
	t.Helper()
	var out []string
	for _, b := range answer[0].Batches {
		c, err := b.Column(0)
		if err != nil {
			t.Fatal(err)
		}
		v := column.ViewOf[dynamic.Value](c)
		for i := range b.Len() {
			out = append(out, v.At(i).JSON())
		}
	}
	return out
}

// TestTermIndexOfSegments looks up values in a table, and does so with the index
// damaged, gone, and made anew.
func TestTermIndexOfSegments(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	const n = 3 * termRows
	texts, id := make([]string, n), make([]int64, n)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		id[i], texts[i] = r.Int64(), fmt.Sprintf("%08x-%04x-4000-8000-%012x", r.Uint32(), i&0xffff, r.Uint64()>>16)
	}
	schema := types.NewSchema(types.Column{Name: "N", Type: types.Long}, types.Column{Name: "Text", Type: types.String})
	mustAppend(t, s, Batch{Rows: []Rows{{Table: "T", Schema: schema, Rows: column.NewBatch(n, []column.Column{column.NewVec(types.Long, id, nil), column.NewVec(types.String, texts, nil)})}}})
	wanted := termRows + 77
	look := func(s *Store, outside int64) {
		t.Helper()
		for _, h := range []plan.Hint{{Column: 1, Op: plan.HintIn, Values: column.NewVec(types.String, texts[wanted:wanted+1], nil)},
			{Column: 1, Op: plan.HintHas, Values: column.NewVec(types.String, []string{texts[wanted][24:]}, nil)}} {
			src, _ := s.Snapshot().Table("T")
			skips := &plan.Skips{}
			r, err := src.Open(context.Background(), plan.Scan{Columns: []int{0}, Hints: []plan.Hint{h}, Skips: skips})
			if err != nil {
				t.Fatal(err)
			}
			var got []int64
			for {
				b, err := r.Next(context.Background())
				if err != nil {
					break
				}
				c, err := b.Column(0)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, column.FlatVec[int64](c).Vals...)
			}
			if !slices.Contains(got, id[wanted]) {
				t.Error("the row is not found")
			}
			if skips.Outside.Load() != outside {
				t.Errorf("%d rows are passed over, want %d: %s", skips.Outside.Load(), outside, skips)
			}
		}
	}
	look(s, n-termRows)
	path := filepath.Join(s.tableDir("T"), termsName(segmentName(1)))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func() error{
		"gone": func() error { return os.Remove(path) },
		"cut":  func() error { return os.Truncate(path, int64(len(whole)/2)) },
		"changed": func() error {
			b := slices.Clone(whole)
			for at := 0; at < len(b); at += 1000 {
				b[at] ^= 4
			}
			return os.WriteFile(path, b, 0o600)
		},
		"of another segment": func() error {
			w := newTermWriter(schema)
			w.rows = n
			return os.WriteFile(path, bytes.Join(w.finish(1<<30, 1), nil), 0o600)
		},
	} {
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = open(t, dir, Options{idle: true})
		look(s, 0)
		faults := s.Snapshot().Verify(context.Background(), "T", nil)
		if name != "gone" && len(faults) != 1 {
			t.Errorf("%s: found are %v", name, faults)
		}
		if name == "cut" {
			err = s.Compact("T")
		} else {
			_, err = s.Repair(context.Background(), "T")
		}
		if err != nil {
			t.Fatal(err)
		}
		look(s, n-termRows)
		if again, err := os.ReadFile(path); err != nil || !slices.Equal(again, whole) {
			t.Errorf("%s: the index made anew is another one (%v)", name, err)
		}
	}
}

// What is known of a dictionary does not keep it in memory: one of large texts has tens of
// megabytes, and compaction meets many before a filter is full.
func TestTermsLetDictionariesGo(t *testing.T) {
	s := types.NewSchema(types.Column{Name: "text", Type: types.String})
	w := newTermWriter(s)
	write := func() weak.Pointer[string] {
		values := []string{"one two three", "four five six"}
		dict := &column.Dict{Values: column.NewVec(types.String, values, nil), Codes: []uint32{0, 1, 1}}
		if err := w.write(column.NewBatch(3, []column.Column{dict})); err != nil {
			t.Fatal(err)
		}
		return weak.Make(&values[0])
	}
	first := write()
	runtime.GC()
	if first.Value() != nil {
		t.Error("the dictionary of the first batch is still in memory")
	}
	runtime.KeepAlive(w)
}
