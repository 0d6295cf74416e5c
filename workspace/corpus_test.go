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

// oneOf is how much of the corpus a test run takes.
const oneOf = 3

// TestCorpus runs published queries over tables with rows in which their own
// literals stand. Each must end with an answer or with an error that says what is
// not supported: no fault of the engine, no hang, no runaway memory.
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
	for n := 0; lines.Scan(); n++ {
		var rule struct{ ID, Query string }
		if n%oneOf != 0 {
			continue
		}
		if err := json.Unmarshal(lines.Bytes(), &rule); err != nil {
			t.Fatal(err)
		}
		t.Run(rule.ID, func(t *testing.T) { runFilled(t, engine, workspace.New(c, nil), rule.Query) })
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

func runFilled(t *testing.T, engine *kql.Engine, w *workspace.Workspace, text string) {
	q, diags := engine.Compile(text, &filled{Workspace: w, rows: newRows(text), tables: map[string]plan.Source{}})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	_, err := q.Run(ctx, kql.RunOptions{Now: rowsNow, MemoryLimit: 1 << 30})
	var failed *exec.Error
	switch {
	case ctx.Err() != nil:
		t.Errorf("no answer after 30 s:\n%s", text)
	case errors.As(err, &failed) && (failed.Kind == exec.Internal || failed.Kind == exec.Memory):
		t.Errorf("%v\n%s", err, text)
	}
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
			cols[i] = f.rows.column(c.Type)
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

const rowCount = 30

// rowsNow is 2026-03-01; rows are of the weeks before.
var rowsNow = types.DaysOfDate(2026, 3, 1) * types.TicksPerDay

// A rowMaker makes values that a query may look for.
type rowMaker struct {
	*rand.Rand
	texts []string
}

var literal = regexp.MustCompile(`"([^"\n]{1,80})"|'([^'\n]{1,80})'`)

func newRows(query string) *rowMaker {
	m := &rowMaker{rand.New(rand.NewPCG(1, 2)), []string{"", "ada@contoso.com", "10.0.0.1", "8.8.8.8", "4625", "0", "Success", `{"a":1,"b":[1,2]}`, `C:\Windows\cmd.exe`, "2026-02-20T10:00:00Z", "https://contoso.com/a?b=c"}}
	for _, l := range literal.FindAllStringSubmatch(query, 300) {
		m.texts = append(m.texts, l[1]+l[2])
	}
	return m
}

func (m *rowMaker) text() string { return m.texts[m.IntN(len(m.texts))] }

var bags = []string{"null", "{}", "[]", `{"a":1}`, `["a","b"]`, `5`, `[{"displayName":"x","newValue":"\"y\"","type":"User"}]`, `{"user":{"userPrincipalName":"ada@contoso.com","ipAddress":"1.2.3.4"}}`, `[{"modifiedProperties":[{"displayName":"Role","newValue":"\"Owner\""}]}]`}

// column makes a column, one value in eight of it null.
func (m *rowMaker) column(t types.Type) column.Column {
	b := column.NewBuilder(t, rowCount)
	for range rowCount {
		if m.IntN(8) == 0 {
			b.AppendNull()
			continue
		}
		switch b := b.(type) {
		case *column.TypedBuilder[bool]:
			b.Append(m.IntN(2) == 0)
		case *column.TypedBuilder[int64]:
			if t == types.DateTime {
				b.Append(rowsNow - m.Int64N(20*types.TicksPerDay))
			} else {
				b.Append([]int64{0, 1, -1, 443, 4625, 50126}[m.IntN(6)])
			}
		case *column.TypedBuilder[float64]:
			b.Append(float64(m.IntN(100)) / 4)
		case *column.TypedBuilder[string]:
			b.Append(m.text())
		case *column.TypedBuilder[types.GUID128]:
			b.Append(types.GUID128{1: byte(m.IntN(4))})
		case *column.TypedBuilder[types.Decimal128]:
			b.Append(types.DecimalFromLong(int64(m.IntN(9))))
		case *column.TypedBuilder[dynamic.Value]:
			b.Append(dynamic.FromText(bags[m.IntN(len(bags))]))
		}
	}
	return b.Finish()
}
