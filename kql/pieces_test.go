package kql_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"unsafe"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A fleeting loader hands out a column of strings two rows at a time, in memory
// that it overwrites afterwards: who keeps a piece gets a wrong answer.
type fleeting struct{ c column.Column }

func (l fleeting) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		return l.c, nil
	}
	return column.Gather(l.c, rows), nil
}

func (l fleeting) Pieces(rows []uint32, f func(column.Column) error) (bool, error) {
	all, err := l.Load(rows)
	if err != nil {
		return true, err
	}
	vals := column.FlatVec[string](all).Vals
	for len(vals) > 0 {
		n := min(2, len(vals))
		var memory []byte
		for _, s := range vals[:n] {
			memory = append(memory, s...)
		}
		rest := unsafe.String(unsafe.SliceData(memory), len(memory))
		piece := make([]string, n)
		for i, s := range vals[:n] {
			piece[i], rest = rest[:len(s)], rest[len(s):]
		}
		err := f(column.NewVec(types.String, piece, nil))
		for i := range memory {
			memory[i] = '#'
		}
		clear(piece)
		if err != nil {
			return true, err
		}
		vals = vals[n:]
	}
	return true, nil
}

// fleetingTables makes the columns of strings of all datatables in q fleeting.
func fleetingTables(q *kql.Query) {
	p := q.Plan()
	for _, d := range p.Shared {
		fleetingNode(d.Plan)
	}
	for _, r := range p.Results {
		fleetingNode(r.Root)
	}
}

func fleetingNode(n plan.Node) {
	for _, in := range n.Inputs() {
		fleetingNode(in)
	}
	v, ok := n.(*plan.Values)
	if !ok {
		return
	}
	for i, b := range v.Batches {
		cols := make([]column.Column, b.Width())
		for j := range cols {
			cols[j] = b.Raw(j)
			if _, isLazy := cols[j].(*column.Lazy); !isLazy && v.Out.Columns[j].Type == types.String {
				cols[j] = column.NewLazy(types.String, b.Len(), fleeting{cols[j]})
			}
		}
		v.Batches[i] = column.NewBatch(b.Len(), cols)
	}
}

// checkFleeting runs text over fleeting tables: the answer must be the same.
func checkFleeting(t *testing.T, e *kql.Engine, text, want string) {
	t.Helper()
	q := compile(t, e, text)
	fleetingTables(q)
	for _, o := range []kql.RunOptions{{Now: now, Workers: 1}, {Now: now, BatchRows: 3, Workers: 4}} {
		tables, err := q.Run(context.Background(), o)
		if err != nil {
			t.Fatalf("a piece at a time: %v", err)
		}
		if got := rowsText(t, tables); got != want {
			t.Errorf("read a piece at a time, the answer is\n%s\nwant\n%s", got, want)
		}
	}
}

// TestPieces runs expressions over one column that nothing else reads.
func TestPieces(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	table :=
		"datatable(s:string, p:string)['denied; by user 1','user .', '{\"a\":[1,\"x\"]}','a', '','', 'Denied','^D', 'user 1','[0-9]', '{\"a\":[1,\"long text of an element\"]}','o']"
	for _, q := range []string{
		"where s has 'denied' or s contains 'USER' | count",
		"where s has 'denied' and s !contains 'by' | summarize count() by p",
		"where not(s matches regex @'(?i)^denied') | summarize count() by p",
		"summarize count() by tostring(parse_json(s).a[1])",
		"project x = toupper(substring(s, 1, 4)), n = strlen(s)",
		"where 'user 1 and o' matches regex p | summarize count()",
		"summarize max(strlen(p)), min(s == 'Denied'), countif(isempty(s))",
		"where s in ('Denied', 'user 1') | summarize count() by p",
		"summarize make_list(strcat(s, '!')), count() by Column1 = strlen(p) | order by Column1 asc",
		"join kind=inner (datatable(s:string, q:long)['Denied', 1, 'user 1', 2, 'user 1', 3, '', 4]) on s | project s, s1, p, q | order by q asc",
		"join kind=rightouter (datatable(s:string, q:long)['Denied', 1, 'user 2', 2]) on s | project s, s1, p, q | order by q asc",
		"join kind=leftsemi (datatable(s:string)['Denied', 'user 2']) on s",
		"join kind=leftanti (datatable(s:string)['Denied', 'user 2']) on s | order by s asc",
		"where s has_any ('user', 'denied') | extend m = extract('([0-9])', 1, s) | project m",
	} {
		text := table + " | " + q
		tables, err := compile(t, engine, text).Run(context.Background(), kql.RunOptions{Now: now, Workers: 1})
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		checkFleeting(t, engine, text, rowsText(t, tables))
	}
}

// TestManyTexts has more distinct texts than are told apart.
func TestManyTexts(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for i := range 5000 {
		rows = append(rows, fmt.Sprintf("'text %d'", i*i%3001))
	}
	text := "datatable(s:string)[" + strings.Join(rows, ",") + "] | summarize n = count() by tolower(s) | summarize sum(n), max(n), count()"
	tables, err := compile(t, engine, text).Run(context.Background(), kql.RunOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	checkFleeting(t, engine, text, rowsText(t, tables))
}

// TestManyIdentifiers groups by identifiers that hardly repeat, and by some among
// which is a text that is no GUID, after many that are.
func TestManyIdentifiers(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for i := range 40_000 {
		rows = append(rows, fmt.Sprintf("'%08x-89ab-4cde-8f01-%012x'", uint32(i%37_777*2654435761), i%37_777))
	}
	for _, odd := range []string{"", ", 'no GUID'"} {
		text := "datatable(g:string)[" + strings.Join(rows, ",") + odd + "] | summarize n = count() by g | summarize count(), sum(n), max(n), min(g), max(g), countif(g has 'abcd')"
		tables, err := compile(t, engine, text).Run(context.Background(), kql.RunOptions{Now: now, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		checkFleeting(t, engine, text, rowsText(t, tables))
	}
}
