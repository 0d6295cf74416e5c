package workspace_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/workspace"
)

// TestCorpus runs published queries over tables with rows in which their own
// literals stand. Each must end with an answer or with an error that says what is
// not supported: no fault of the engine, no hang, no runaway memory; the plan as
// bound must give as many rows as the optimized one; most must find something.
func TestCorpus(t *testing.T) {
	root := os.Getenv("CALYPSO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(root, "corpus", "rules-dev.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("no corpus")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(catalog.Unified, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	run, answered := 0, 0
	for n := 0; lines.Scan(); n++ {
		var rule struct{ ID, Query string }
		if n%oneOf != 0 {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &rule); err != nil {
			t.Fatal(err)
		}
		t.Run(rule.ID, func(t *testing.T) {
			rows, ok := runFilled(t, engine, workspace.New(c, nil), rule.Query)
			if ok {
				run++
			}
			if rows > 0 {
				answered++
			}
		})
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d queries ran, %d answered with rows", run, answered)
	if answered*100 < run*leastAnswered {
		t.Errorf("%d of %d queries answered with rows, want %d %%: the rows do not hold what queries look for, or filters lose them", answered, run, leastAnswered)
	}
}

// leastAnswered is the share of the queries that run, in percent, that must find
// rows.
const leastAnswered = 65

// runFilled runs a query and returns the number of rows of its results; !ok if it
// did not run.
func runFilled(t *testing.T, engine *kql.Engine, w *workspace.Workspace, text string) (rows int, ok bool) {
	q, diags := engine.Compile(text, &filled{Workspace: w, rows: newRows(text), tables: map[string]plan.Source{}})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return 0, false
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	rows, err := countRows(ctx, q, kql.RunOptions{})
	plain, plainErr := countRows(ctx, q, kql.RunOptions{NoOptimize: true, Workers: 1, BatchRows: 7})
	var failed *exec.Error
	switch {
	case ctx.Err() != nil:
		t.Errorf("no answer after 30 s:\n%s", text)
	case errors.As(err, &failed) && (failed.Kind == exec.Internal || failed.Kind == exec.Memory):
		t.Errorf("%v\n%s", err, text)
	case (err == nil) != (plainErr == nil):
		t.Errorf("optimized: %v; as bound: %v\n%s", err, plainErr, text)
	case rows != plain:
		t.Errorf("optimized %d rows, as bound %d:\n%s", rows, plain, text)
	}
	return rows, err == nil
}

// countRows returns the number of rows that a query answers with.
func countRows(ctx context.Context, q *kql.Query, o kql.RunOptions) (rows int, err error) {
	o.Now, o.MemoryLimit = rowsNow, 1<<30
	tables, err := q.Run(ctx, o)
	for _, t := range tables {
		for _, b := range t.Batches {
			rows += b.Len()
		}
	}
	return rows, err
}

// filled is a workspace whose tables have some rows each.
type filled struct {
	*workspace.Workspace
	rows   *rowMaker
	tables map[string]plan.Source
}

// TableNames keeps queries over all tables small.
func (f *filled) TableNames() []string {
	return []string{"SigninLogs", "SecurityEvent", "DeviceEvents"}
}

func (f *filled) Table(name string) (plan.Source, bool) {
	empty, ok := f.Workspace.Table(name)
	if !ok {
		return nil, false
	}
	if f.tables[name] == nil {
		schema := empty.Schema()
		cols := make([]column.Column, schema.Len())
		for i, c := range schema.Columns {
			cols[i] = f.rows.column(c.Name, c.Type)
		}
		f.tables[name] = &rowTable{schema, column.NewBatch(rowCount, cols)}
	}
	return f.tables[name], true
}

// rowTable is a table in memory.
type rowTable struct {
	schema types.Schema
	all    *column.Batch
}

func (t *rowTable) Schema() types.Schema { return t.schema }

func (t *rowTable) Open(_ context.Context, s plan.Scan) (column.Reader, error) {
	r := &rowReader{batch: t.all.Select(s.Columns)}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, t.schema.Columns[c])
	}
	return r, nil
}

type rowReader struct {
	schema types.Schema
	batch  *column.Batch
}

func (r *rowReader) Schema() types.Schema { return r.schema }

func (r *rowReader) Next(context.Context) (*column.Batch, error) {
	b := r.batch
	r.batch = nil
	if b == nil {
		return nil, io.EOF
	}
	return b, nil
}

func (*rowReader) Close() error { return nil }

// Of rowCount rows of a table the first hintedRows are what the query looks for.
const rowCount, hintedRows = 40, 32

// rowsNow is noon of 2026-03-11; rows are of the weeks before.
var rowsNow = types.DaysOfDate(2026, 3, 11)*types.TicksPerDay + 12*types.TicksPerHour

// A rowMaker makes values that a query looks for.
type rowMaker struct {
	*rand.Rand
	hints *hints
	texts []string
}

var literal = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'`)

func newRows(query string) *rowMaker {
	tree, _ := syntax.Parse(query)
	m := &rowMaker{rand.New(rand.NewPCG(1, 2)), findHints(tree), []string{"", "ada@contoso.com", "10.0.0.1", "8.8.8.8", "4625", "0", "Success", `{"a":1,"b":[1,2]}`, `C:\Windows\cmd.exe`, "2026-02-20T10:00:00Z", "https://contoso.com/a?b=c"}}
	for _, l := range literal.FindAllStringSubmatch(query, 300) {
		m.texts = append(m.texts, l[1]+l[2])
	}
	return m
}

var bags = []string{"null", "{}", "[]", `{"a":1}`, `["a","b"]`, `5`, `[{"displayName":"x","newValue":"\"y\"","type":"User"}]`, `{"user":{"userPrincipalName":"ada@contoso.com","ipAddress":"1.2.3.4"}}`, `[{"modifiedProperties":[{"displayName":"Role","newValue":"\"Owner\""}]}]`}

// column makes the values of a column. The first rows are what the query looks for
// as far as that is known, of the last hour and otherwise alike, so that filters
// keep them, joins find them and thresholds are reached; the others are random,
// one value in eight null.
func (m *rowMaker) column(name string, t types.Type) column.Column {
	b := column.NewBuilder(t, rowCount)
	wanted := m.hints.values[name]
	for i := range rowCount {
		hinted := i < hintedRows
		if !hinted && m.IntN(8) == 0 {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *column.TypedBuilder[bool]:
			b.Append(m.truth(wanted, i, hinted))
		case *column.TypedBuilder[int64]:
			b.Append(m.integer(t, wanted, i, hinted))
		case *column.TypedBuilder[float64]:
			b.Append(float64(m.integer(types.Long, wanted, i, hinted)))
		case *column.TypedBuilder[string]:
			b.Append(m.text(name, wanted, i, hinted))
		case *column.TypedBuilder[types.GUID128]:
			b.Append(types.GUID128{1: byte(m.IntN(4))})
		case *column.TypedBuilder[types.Decimal128]:
			b.Append(types.DecimalFromLong(int64(m.IntN(9))))
		case *column.TypedBuilder[dynamic.Value]:
			if hinted && len(wanted) > 0 {
				b.Append(bag(wanted, i))
			} else {
				b.Append(dynamic.FromText(bags[m.IntN(len(bags))]))
			}
		}
	}
	return b.Finish()
}

func (m *rowMaker) truth(wanted []hint, i int, hinted bool) bool {
	if hinted && len(wanted) > 0 {
		s := wanted[i%len(wanted)].text
		return s == "true" || s == "1"
	}
	return m.IntN(2) == 0
}

func (m *rowMaker) integer(t types.Type, wanted []hint, i int, hinted bool) int64 {
	switch {
	case t == types.DateTime && hinted && len(wanted) > 0 && wanted[i%len(wanted)].text == future:
		return rowsNow + types.TicksPerDay
	case t == types.DateTime && hinted:
		return rowsNow - int64(i+1)*types.TicksPerMinute
	case t == types.DateTime:
		return rowsNow - m.Int64N(20*types.TicksPerDay)
	case hinted && len(wanted) > 0:
		n, _ := strconv.ParseInt(wanted[i%len(wanted)].text, 10, 64)
		return n
	case hinted:
		return 1
	}
	return []int64{0, 1, -1, 443, 4625, 50126}[m.IntN(6)]
}

// text makes a text. Some hold all that is looked for, for queries with several
// conditions on one column.
func (m *rowMaker) text(name string, wanted []hint, i int, hinted bool) string {
	switch {
	case !hinted:
		return m.texts[m.IntN(len(m.texts))]
	case slices.ContainsFunc(wanted, func(h hint) bool { return len(h.path) > 0 }):
		return bag(wanted, i).JSON()
	case len(wanted) > 0 && i%4 == 3:
		var all []string
		for _, h := range wanted {
			all = append(all, h.text)
		}
		return strings.Join(all, " ")
	case len(wanted) > 0:
		return wanted[i%len(wanted)].text
	case strings.Contains(strings.ToLower(name), "ip"):
		return "8.8.8.8"
	case strings.HasSuffix(name, "Url"):
		return "https://contoso.com/a?b=c"
	}
	return "ada@contoso.com"
}
