package bind

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// spread returns v, the value of a call, with the columns that the call yields
// where it stands alone: series_stats(x) makes series_stats_x_min and so on,
// array_sort_asc(a, b) makes a_sorted and b_sorted. Elsewhere the value is the
// array that the kernel returned.
func (b *binder) spread(sc *scope, e *syntax.CallExpr, f *function.Scalar, v value) value {
	if v.unknown() {
		return v
	}
	switch name := f.Name(); {
	case name == "array_sort_asc" || name == "array_sort_desc":
		return b.spreadSorted(sc, e, v)
	case f.Tuple != "":
		return b.spreadTuple(sc, e, f, v)
	}
	return v
}

func (b *binder) spreadTuple(sc *scope, e *syntax.CallExpr, f *function.Scalar, v value) value {
	first := ""
	if len(e.Args) > 0 {
		first = b.resultName(sc, e.Args[0])
	}
	for i, decl := range strings.Split(f.Tuple, ", ") {
		name, typ, _ := strings.Cut(decl, ": ")
		t, _ := types.Lookup(typ)
		part := b.convert(e, b.partOf(e, v, i, partShape(f.Name())), t)
		v.tuple = append(v.tuple, namedValue{name: f.Name() + "_" + first + "_" + name, expr: part.expr})
	}
	return v
}

// spreadSorted takes the arrays that array_sort_asc returns apart; one alone it
// returns as it is.
func (b *binder) spreadSorted(sc *scope, e *syntax.CallExpr, v value) value {
	call, ok := v.expr.(*plan.Call)
	if !ok {
		return v
	}
	var names []string
	var shapes []*shape
	for i, a := range call.Args {
		if a.Type() != types.Dynamic || i >= len(e.Args) {
			continue
		}
		name := b.resultName(sc, e.Args[i])
		if name == "" {
			name = "array" + strconv.Itoa(i)
		}
		names = append(names, name+"_sorted")
		shapes = append(shapes, b.shapeOf(a))
	}
	for i, name := range names {
		part := v
		if len(names) > 1 {
			part = b.partOf(e, v, i, shapes[i])
		}
		v.tuple = append(v.tuple, namedValue{name: name, expr: part.expr})
	}
	return v
}

// partOf returns element i of the array of a call's results. The shape of that
// array is none of the text's: the call stands for values of its own.
func (b *binder) partOf(e *syntax.CallExpr, v value, i int, s *shape) value {
	part := b.operate(e, "index", operand{value{expr: v.expr}, e}, operand{constOf(types.Long, int64(i)), e})
	delete(b.shapes, part.expr)
	b.setShape(part.expr, s)
	return part
}
