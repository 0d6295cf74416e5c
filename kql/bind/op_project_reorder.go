package bind

import (
	"cmp"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// projectReorder puts the columns of its list first, the rest behind them.
func (b *binder) projectReorder(sc *scope, in table, op *syntax.ProjectReorderOp) table {
	s := in.schema()
	seen := map[int]bool{}
	var at []int
	add := func(positions []int) {
		for _, i := range positions {
			if !seen[i] {
				seen[i] = true
				at = append(at, i)
			}
		}
	}
	named := map[int]bool{}
	for _, e := range op.Columns {
		if b.namesNoColumn(sc, in, e) {
			continue
		}
		positions := b.selected(in, e)
		if len(positions) == 1 { // a name, or a pattern that matches one
			if named[positions[0]] {
				b.tolerate(repeatedColumn(e, s.Columns[positions[0]].Name))
			}
			named[positions[0]] = true
		}
		if o, ok := e.(*syntax.OrderedExpr); ok {
			orderByName(positions, s, o.Order)
		}
		add(positions)
	}
	add(visibleColumns(s))
	return pick(in, at)
}

// namesNoColumn reports whether e is the name of something else, of which Microsoft's
// analyzer says nothing but where it is a table.
func (b *binder) namesNoColumn(sc *scope, in table, e syntax.Expr) bool {
	id, ok := e.(*syntax.Ident)
	if !ok || id.Wildcard || in.open || in.schema().Index(id.Name) >= 0 {
		return false
	}
	sym, declared := sc.lookup(id.Name)
	_, isTable := b.catalog(sc).Table(id.Name)
	switch {
	case declared && sym.value != nil:
		b.refuse(unknownName(e, id.Name, "column", columnNames(in.schema())))
	case isTable || declared && sym.table != nil:
		b.report(scalarExpected(e))
	default:
		return false
	}
	return true
}

// orderByName sorts the columns of one pattern by their names.
func orderByName(at []int, s types.Schema, order syntax.Order) {
	if order == syntax.OrderDefault {
		return
	}
	compare := strings.Compare
	if order == syntax.OrderGrannyAsc || order == syntax.OrderGrannyDesc {
		compare = compareGranny
	}
	slices.SortStableFunc(at, func(i, j int) int {
		c := compare(s.Columns[i].Name, s.Columns[j].Name)
		if order == syntax.OrderDesc || order == syntax.OrderGrannyDesc {
			return -c
		}
		return c
	})
}

// compareGranny compares names as people do: runs of digits by their value, so
// that a20 comes before a100.
func compareGranny(x, y string) int {
	for x != "" && y != "" {
		if !isDigit(x[0]) || !isDigit(y[0]) {
			if x[0] != y[0] {
				return cmp.Compare(x[0], y[0])
			}
			x, y = x[1:], y[1:]
			continue
		}
		var a, b string
		a, x = cutDigits(x)
		b, y = cutDigits(y)
		if c := cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b)); c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

// cutDigits cuts the digits off the beginning of s, without zeros before them.
func cutDigits(s string) (digits, rest string) {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return strings.TrimLeft(s[:n], "0"), s[n:]
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
