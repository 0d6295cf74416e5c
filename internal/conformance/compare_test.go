package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

func bytesReader(b []byte) io.Reader { return bytes.NewReader(b) }

// An answer is a table of the Kusto REST v1 form.
type answer struct {
	Columns []struct{ ColumnName, DataType, ColumnType string }
	Rows    [][]any
}

// parseAnswer reads what -o kusto prints.
func parseAnswer(data []byte) ([]answer, error) {
	var out struct{ Tables []answer }
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	err := d.Decode(&out)
	return out.Tables, err
}

// differs says how got differs from what r expects, or returns "".
func (r *recording) differs(got answer) string {
	if len(got.Columns) != len(r.Expected.Columns) {
		return fmt.Sprintf("%d columns, want %v", len(got.Columns), r.Expected.Columns)
	}
	for i, c := range got.Columns {
		if c.ColumnName != r.Expected.Columns[i] {
			return fmt.Sprintf("column %d is called %q, want %q", i, c.ColumnName, r.Expected.Columns[i])
		}
		if !sameType(c.DataType, c.ColumnType, r.Expected.Types[i]) {
			return fmt.Sprintf("column %s is %s, want %s", c.ColumnName, c.ColumnType, r.Expected.Types[i])
		}
	}
	if len(got.Rows) != len(r.Expected.Rows) {
		return fmt.Sprintf("%d rows, want %d", len(got.Rows), len(r.Expected.Rows))
	}
	cmp := comparer{tolerance: 1e-9, anyOrder: r.AnyArrayOrder}
	if r.Approx != nil {
		cmp.tolerance = *r.Approx
	}
	if r.Ordered {
		for i := range got.Rows {
			if !cmp.row(got.Rows[i], r.Expected.Rows[i], got) {
				return fmt.Sprintf("row %d is %s, want %s", i, show(got.Rows[i]), show(r.Expected.Rows[i]))
			}
		}
		return ""
	}
	return cmp.multiset(got, r.Expected.Rows)
}

func show(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// sameType compares with an exact .NET name, a bucket or a KQL name.
func sameType(dotNet, name, want string) bool {
	switch want {
	case dotNet, name:
		return true
	case "Int":
		return name == "int" || name == "long"
	case "Real":
		return name == "real" || name == "decimal"
	}
	return strings.EqualFold(want, name)
}

type comparer struct {
	tolerance float64
	anyOrder  bool
}

// multiset compares rows in any order: sorted by their text first, then, for
// what tolerance leaves apart, each against each.
func (c comparer) multiset(got answer, want [][]any) string {
	left := slices.Clone(got.Rows)
	for _, w := range want {
		i := slices.IndexFunc(left, func(g []any) bool { return c.row(g, w, got) })
		if i < 0 {
			return fmt.Sprintf("no row like %s; left are %s", show(w), cut(show(left), 600))
		}
		left = slices.Delete(left, i, i+1)
	}
	return ""
}

func cut(s string, n int) string {
	if len(s) > n {
		return s[:n] + "…"
	}
	return s
}

func (c comparer) row(got, want []any, a answer) bool {
	for i := range want {
		w := want[i]
		if s, ok := w.(string); ok && a.Columns[i].ColumnType == "dynamic" {
			if _, isString := got[i].(string); !isString {
				w = parsed(s)
			}
		}
		if a.Columns[i].ColumnType == "datetime" && sameTime(got[i], w) {
			continue
		}
		if !c.cell(got[i], w) && !c.numberInText(a.Columns[i].ColumnType, got[i], w) {
			return false
		}
	}
	return true
}

// numberInText compares what is text in an answer although it is a number:
// decimals, which one of the recordings has as numbers, and reals that are not
// finite. Text in any other column must be equal to the letter.
func (c comparer) numberInText(columnType string, got, want any) bool {
	if columnType != "decimal" && columnType != "real" {
		return false
	}
	switch w := want.(type) {
	case string:
		return c.number(got, w)
	case json.Number:
		return c.number(got, w.String())
	}
	return false
}

// sameTime compares datetime cells, which recordings write with up to seven
// digits of a second.
func sameTime(got, want any) bool {
	g, ok1 := got.(string)
	w, ok2 := want.(string)
	gt, ok3 := types.ParseDateTime(g)
	wt, ok4 := types.ParseDateTime(w)
	return ok1 && ok2 && ok3 && ok4 && gt == wt
}

// parsed returns the JSON value that s holds, or s itself.
func parsed(s string) any {
	var v any
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return s
	}
	return v
}

func (c comparer) cell(got, want any) bool {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for k, v := range w {
			gv, ok := g[k]
			if !ok || !c.cell(gv, v) {
				return false
			}
		}
		return true
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return false
		}
		if c.anyOrder {
			g, w = byText(g), byText(w)
		}
		for i := range w {
			if !c.cell(g[i], w[i]) {
				return false
			}
		}
		return true
	case json.Number:
		if _, text := got.(string); text {
			return false
		}
		return c.number(got, w.String())
	}
	return got == want
}

func byText(a []any) []any {
	a = slices.Clone(a)
	sort.SliceStable(a, func(i, j int) bool { return show(a[i]) < show(a[j]) })
	return a
}

func (c comparer) number(got any, want string) bool {
	var text string
	switch g := got.(type) {
	case json.Number:
		text = g.String()
	case string:
		text = g
	default:
		return false
	}
	if text == want {
		return true
	}
	g, err1 := strconv.ParseFloat(text, 64)
	w, err2 := strconv.ParseFloat(want, 64)
	if err1 != nil || err2 != nil {
		return false
	}
	if math.IsNaN(g) || math.IsNaN(w) {
		return math.IsNaN(g) && math.IsNaN(w)
	}
	return g == w || math.Abs(g-w) <= c.tolerance*math.Max(math.Abs(g), math.Abs(w))
}
