package kql_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/parquet"
)

// seeds is how many generated queries a plain `go test` runs.
const seeds = 300

// seedRange returns the seeds to run: [0, seeds), or what the variable
// CALYPSO_FUZZ_SEEDS says, as in 1000-5000.
func seedRange(t testing.TB, seeds uint64) (from, to uint64) {
	text := os.Getenv("CALYPSO_FUZZ_SEEDS")
	if text == "" {
		return 0, seeds
	}
	if _, err := fmt.Sscanf(text, "%d-%d", &from, &to); err != nil {
		t.Fatalf("CALYPSO_FUZZ_SEEDS: want FROM-TO, have %q", text)
	}
	return from, to
}

// FuzzQuery runs generated queries in every way there is: optimized or not, by
// one worker or four, in batches of one row or many, over tables in memory and in
// Parquet files. The answers must be the same.
func FuzzQuery(f *testing.F) {
	engine, err := kql.New()
	if err != nil {
		f.Fatal(err)
	}
	z := newFuzzer(engine)
	from, to := seedRange(f, seeds)
	for seed := from; seed < to; seed++ {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		checkQuery(t, engine, z.small(seed))
	})
}

func checkQuery(t *testing.T, e *kql.Engine, f fuzzed) {
	if problem(t, e, f) == "" {
		return
	}
	f = smaller(f, func(f fuzzed) bool { return resultColumns(e, f.inline(), nil) != nil && problem(t, e, f) != "" })
	t.Errorf("%s\n\n%s", f.inline(), problem(t, e, f))
}

// problem says how the answers to f differ, or "".
func problem(t *testing.T, e *kql.Engine, f fuzzed) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	inline := compile(t, e, f.inline())
	tables, done := storedTables(t, e, f)
	defer done()
	stored, diags := e.Compile(f.query(), tables)
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return "over files the query is wrong:\n" + syntax.Render(f.query(), diags)
		}
	}
	want := ""
	for i, o := range configurations {
		o.Now, o.MemoryLimit, o.MaxRows = now, 256<<20, 30_000
		for j, q := range []*kql.Query{inline, stored} {
			got := answer(t, ctx, q, o)
			if i+j == 0 {
				want = got
			}
			if strings.HasPrefix(got, "internal error") {
				return got
			}
			if got == "limit" || want == "limit" {
				return ""
			}
			if got != want && !(o.NoOptimize && (sameRows(got, want) || got == "error")) {
				return fmt.Sprintf("the answer depends on how the query is run: over %s with %+v it is\n%s", []string{"memory", "files"}[j], o, difference(got, want))
			}
		}
	}
	return ""
}

// smaller returns a query with fewer operators and rows that is still bad.
func smaller(f fuzzed, bad func(fuzzed) bool) fuzzed {
	for shrunk := true; shrunk; {
		shrunk = false
		for _, part := range []func(*fuzzed) *[]string{
			func(f *fuzzed) *[]string { return &f.Stages },
			func(f *fuzzed) *[]string { return (*[]string)(&f.T) },
			func(f *fuzzed) *[]string { return (*[]string)(&f.U) },
		} {
			for i := 0; i < len(*part(&f)); {
				next := f
				*part(&next) = slices.Delete(slices.Clone(*part(&f)), i, i+1)
				if bad(next) {
					f, shrunk = next, true
				} else {
					i++
				}
			}
		}
	}
	return f
}

// difference shows the first line where two answers part.
func difference(got, want string) string {
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			return fmt.Sprintf("%s\n…\nline %d: %s\nelsewhere: %s\n(%d and %d lines)", g[0], i, g[i], w[i], len(g), len(w))
		}
	}
	return fmt.Sprintf("%s\n…\n%d lines, elsewhere %d", g[0], len(g), len(w))
}

// sameRows reports whether two answers have the same lines in any order: which
// side of a join comes first may depend on where filters went.
func sameRows(a, b string) bool {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}

// answer returns the rows, or that there was an error, which of several depends on
// the order of work, or that a limit was reached.
func answer(t *testing.T, ctx context.Context, q *kql.Query, o kql.RunOptions) string {
	tables, err := q.Run(ctx, o)
	var failed *exec.Error
	switch {
	case err == nil:
		return rowsText(t, tables)
	case errors.As(err, &failed) && (failed.Kind == exec.Memory || failed.Kind == exec.TooLarge):
		return "limit"
	case strings.Contains(err.Error(), "internal error") || ctx.Err() != nil:
		return "internal error: " + err.Error()
	}
	return "error"
}

// storedTables writes the tables of f to Parquet files, which are there until the
// function returned is called.
func storedTables(t *testing.T, e *kql.Engine, f fuzzed) (kql.Tables, func()) {
	out := kql.Tables{}
	var files []*parquet.File
	for name, table := range map[string]rows{"T": f.T, "U": f.U} {
		tables, err := compile(t, e, table.String()).Run(context.Background(), kql.RunOptions{Now: now, BatchRows: 5})
		if err != nil {
			t.Fatal(err)
		}
		file := storedTable(t, filepath.Join(t.TempDir(), name+".parquet"), tables[0])
		files = append(files, file)
		out[name] = file
	}
	return out, func() {
		for _, file := range files {
			if err := file.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func storedTable(t testing.TB, path string, table kql.Table) *parquet.File {
	var b bytes.Buffer
	w, err := parquet.NewWriter(&b, table.Schema, parquet.WriterOptions{Bloom: []string{"s"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, batch := range table.Batches {
		if err := w.Write(batch); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := parquet.Open(path, parquet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}
