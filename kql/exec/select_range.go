package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A rangeTest is the comparison of a column with a value, for batches of which it
// is known between which bounds the column lies: TimeGenerated > ago(2d) is true
// for all of most batches, and reading the column would say no more.
type rangeTest struct {
	column int
	op     string // <, <=, > or >=
	value  int64
}

// rangeTestOf returns x as a rangeTest, nil if it is none.
func rangeTestOf(x plan.Expr) *rangeTest {
	call, ok := x.(*plan.Call)
	if !ok || len(call.Args) != 2 {
		return nil
	}
	op, flipped := call.Fn.Name, map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}
	if flipped[op] == "" {
		return nil
	}
	a, b := call.Args[0], call.Args[1]
	if _, isColumn := b.(*plan.Column); isColumn {
		a, b, op = b, a, flipped[op]
	}
	col, isColumn := a.(*plan.Column)
	lit, isLiteral := b.(*plan.Literal)
	if !isColumn || !isLiteral || !comparesAsWord(col.Typ, lit.Type()) {
		return nil
	}
	v, ok := lit.Value.(*column.Vec[int64])
	if !ok || len(v.Vals) != 1 || v.Null(0) {
		return nil
	}
	return &rangeTest{column: col.Index, op: op, value: v.Vals[0]}
}

func comparesAsWord(a, b types.Type) bool {
	return a.IsInteger() && b.IsInteger() || a == b && (a == types.DateTime || a == types.TimeSpan)
}

// of returns the rows of b that the test keeps, if that is all or none and known
// without reading the column.
func (t *rangeTest) of(b *column.Batch) (kept selection, known bool) {
	if t == nil {
		return selection{}, false
	}
	l, ok := b.Raw(t.column).(*column.Lazy)
	if !ok || l.Loaded() {
		return selection{}, false
	}
	low, high, ok := l.Bounds()
	if !ok {
		return selection{}, false
	}
	below, above := high < t.value, low > t.value // all values are
	switch t.op {
	case "<":
		return selection{all: below}, below || low >= t.value
	case "<=":
		return selection{all: high <= t.value}, high <= t.value || above
	case ">":
		return selection{all: above}, above || high <= t.value
	}
	return selection{all: low >= t.value}, low >= t.value || below
}
