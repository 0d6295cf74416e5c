package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// expandOperator tells of operators that take values apart; empty for others.
func (t *teller) expandOperator(op syntax.Operator) string {
	switch op := op.(type) {
	case *syntax.MvExpandOp:
		s := "Make a row of each element of " + t.items(op.Items)
		if index := t.param(op.Params, "with_itemindex", ""); index != "" {
			s += ", with its position as " + index
		}
		return s + t.limit(op.Limit)
	case *syntax.MvApplyOp:
		s := "For each row, run " + t.sub(op.Subquery) + " over the elements of " + t.items(op.Items)
		if index := t.param(op.Params, "with_itemindex", ""); index != "" {
			s += ", with their positions as " + index
		}
		return s + t.limit(op.Limit)
	case *syntax.ParseOp:
		return t.parse(op.Params, op.X, op.Pattern) + "; where it does not match, they are empty"
	case *syntax.ParseWhereOp:
		return t.parse(op.Params, op.X, op.Pattern) + "; drop the rows where it does not match"
	case *syntax.ParseKvOp:
		var keys []string
		for _, c := range op.Keys.Columns {
			keys = append(keys, c.Name.Name)
		}
		s := "Read from " + t.value(op.X) + ", a text of keys and values, the values of " + and(keys)
		for i, p := range op.With {
			s += choose(i == 0, " (", ", ") + t.source(p)
		}
		return s + choose(len(op.With) > 0, ")", "")
	}
	return ""
}

func (t *teller) limit(e syntax.Expr) string {
	if e == nil {
		return ""
	}
	return ", at most " + t.value(e) + " of each"
}

func (t *teller) items(items []*syntax.MvItem) string {
	var out []string
	for _, m := range items {
		s := "them"
		if m.X != nil {
			s = t.assigned(m.X)
		}
		if m.Type != nil && m.Type.Type != nil {
			s += " (as " + m.Type.Type.Name + ")"
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return "the row"
	}
	return and(out) + choose(len(out) > 1, ", side by side", "")
}

func (t *teller) parse(params []*syntax.OperatorParam, x syntax.Expr, pattern []syntax.Expr) string {
	var captured, parts []string
	for _, p := range pattern {
		if c, ok := p.(*syntax.ColumnDecl); ok {
			captured = append(captured, c.Name.Name)
		}
		parts = append(parts, t.source(p))
	}
	s := "Read " + columnWord(len(captured)) + " " + and(captured) + " out of " + t.value(x) + " by the pattern " + strings.Join(parts, " ")
	if kind := t.param(params, "kind", "simple"); kind != "simple" {
		s += " (" + kind + ")"
	}
	return s
}
