package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// projectByNames keeps the columns whose names or patterns are given as constant
// texts or arrays of texts. Names that no column has are passed over.
func (b *binder) projectByNames(sc *scope, in table, op *syntax.ProjectByNamesOp) table {
	s := in.schema()
	seen := map[int]bool{}
	var at []int
	for _, e := range op.Exprs {
		for _, pattern := range b.namesIn(sc, e) {
			for i, c := range s.Columns {
				if !seen[i] && (pattern == c.Name || !c.Hidden && matchWildcard(pattern, c.Name)) {
					seen[i] = true
					at = append(at, i)
				}
			}
		}
	}
	return pick(in, at)
}

// namesIn returns the texts of a constant: one, or those of an array.
func (b *binder) namesIn(sc *scope, e syntax.Expr) []string {
	v := b.constant(sc, e, types.String, types.Dynamic)
	l, ok := v.expr.(*plan.Literal)
	if v.unknown() || !ok {
		if !v.unknown() {
			b.report(stringExpected(e))
		}
		return nil
	}
	switch c := l.Value.(type) {
	case *column.Vec[string]:
		return c.Vals[:1]
	case *column.Vec[dynamic.Value]:
		return textsOf(c.Vals[0])
	}
	return nil
}

// textsOf returns the texts of an array of texts, or the one text.
func textsOf(v dynamic.Value) []string {
	if v.Kind() != dynamic.Array {
		return []string{v.String()}
	}
	var out []string
	for _, e := range v.Elements() {
		out = append(out, e.String())
	}
	return out
}
