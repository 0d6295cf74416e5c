package kql_test

import (
	"context"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// A dataset is two tables, T and U, with the same rows wherever tables are.
type dataset struct {
	// memory and store are the places; store has segments, and rows that are in
	// none yet.
	memory, files, store kql.Tables
}

// newDataset makes tables of some thousand and some hundred rows whose cells are
// the literals, and others that hardly repeat: columns that are skewed, even,
// sorted or constant, flat or with dictionaries.
func newDataset(t testing.TB, e *kql.Engine, seed uint64, rowsOfT, rowsOfU int) dataset {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 21))}
	d := dataset{memory: kql.Tables{}, files: kql.Tables{}, store: kql.Tables{}}
	s, err := store.Open(filepath.Join(t.TempDir(), "store"), store.Options{SealBytes: 1 << 40})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	for name, n := range map[string]int{"T": rowsOfT, "U": rowsOfU} {
		schema, all := g.manyRows(t, e, n)
		var batches []*column.Batch
		for from := 0; from < n; {
			to := min(n, from+1+g.IntN(n))
			batches = append(batches, all.Slice(from, to))
			from = to
		}
		d.memory[name] = plan.NewMemory(schema, batches)
		file := storedTable(t, filepath.Join(t.TempDir(), name+".parquet"), kql.Table{Schema: schema, Batches: batches})
		t.Cleanup(func() { file.Close() })
		d.files[name] = file
		for i, b := range batches {
			if _, err := s.Append(context.Background(), store.Batch{Rows: []store.Rows{{Table: name, Schema: schema, Rows: b}}}); err != nil {
				t.Fatal(err)
			}
			if i < len(batches)-1 {
				if err := s.Seal(); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	snapshot := s.Snapshot()
	for _, name := range []string{"T", "U"} {
		d.store[name], _ = snapshot.Table(name)
	}
	return d
}

// manyRows returns n rows over the columns of the small tables, and over
// id (unique), u (text that hardly repeats), x (text of GUIDs), e (times, nearly in order)
// and f (reals that are whole eighths).
func (g *generator) manyRows(t testing.TB, e *kql.Engine, n int) (types.Schema, *column.Batch) {
	schema := types.Schema{}
	var cols []column.Column
	for i, def := range strings.Split(columns, ", ") {
		name, _, _ := strings.Cut(def, ":")
		schema.Columns = append(schema.Columns, types.Column{Name: name, Type: columnTypes[i]})
		cols = append(cols, g.spread(pool(t, e, columnTypes[i]), n))
	}
	ids, texts, guids, times, reals := make([]int64, n), make([]string, n), make([]string, n), make([]int64, n), make([]float64, n)
	for i := range n {
		ids[i] = int64(i)
		texts[i] = pick(g, words) + pick(g, []string{" ", "-", "_", "/", ""}) + pick(g, words) + pick(g, []string{"", ".", " 7", "é"})
		guids[i] = guidText(g.Uint64N(uint64(n)))
		times[i] = types.DaysOfDate(2024, 1, 1)*types.TicksPerDay + int64(i)*types.TicksPerMinute + int64(g.IntN(1e9))
		reals[i] = float64(g.IntN(1<<14)-1<<13) / 8
	}
	for i, c := range []column.Column{
		column.NewVec(types.Long, ids, nil), column.NewVec(types.String, texts, nil), column.NewVec(types.String, guids, nil),
		column.NewVec(types.DateTime, times, nil), column.NewVec(types.Real, reals, nil),
	} {
		schema.Columns = append(schema.Columns, types.Column{Name: []string{"id", "u", "x", "e", "f"}[i], Type: c.Type()})
		cols = append(cols, c)
	}
	return schema, column.NewBatch(n, cols)
}

// words are what texts are made of.
var words = []string{"alpha", "Beta", "gamma", "user", "USER", "denied", "10.0.0.1", "x", "été", "admin", "svc", "日本", "a1b2", ""}

func guidText(n uint64) string {
	const digits = "0123456789abcdef"
	b := []byte("00000000-89ab-4cde-8f01-0123456789ab")
	n *= 0x9E3779B97F4A7C15
	for i := range 8 {
		b[i] = digits[n&15]
		n >>= 4
	}
	return string(b)
}

// pool returns the literals of a type as a column.
func pool(t testing.TB, e *kql.Engine, typ types.Type) column.Column {
	q, diags := e.Compile("datatable(v: "+typ.String()+")["+strings.Join(literals[typ], ",")+"]", nil)
	if hasErrors(diags) {
		t.Fatal(diags)
	}
	tables, err := q.Run(context.Background(), kql.RunOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	all, err := column.Concat(tables[0].Schema, tables[0].Batches)
	if err != nil {
		t.Fatal(err)
	}
	return column.Flat(all.Raw(0))
}

// spread returns n values of pool, in a form and with a distribution that chance
// chooses.
func (g *generator) spread(pool column.Column, n int) column.Column {
	codes := make([]uint32, n)
	kind, few := g.IntN(5), 1+g.IntN(pool.Len())
	for i := range codes {
		switch kind {
		case 0: // even
			codes[i] = uint32(g.IntN(pool.Len()))
		case 1: // few values
			codes[i] = uint32(g.IntN(few))
		case 2: // one value nearly always
			if g.IntN(20) == 0 {
				codes[i] = uint32(g.IntN(pool.Len()))
			}
		case 3: // runs
			codes[i] = uint32(i / 50 % pool.Len())
		default: // skewed
			codes[i] = uint32(float64(pool.Len()) * g.Float64() * g.Float64() * g.Float64())
		}
	}
	if g.IntN(2) == 0 {
		return &column.Dict{Codes: codes, Values: pool}
	}
	return column.Gather(pool, codes)
}
