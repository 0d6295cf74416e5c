package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// param returns the value of a parameter such as kind, or what stands for none.
func (t *teller) param(params []*syntax.OperatorParam, name, none string) string {
	p := syntax.FindParam(params, name)
	if p == nil || p.Value == nil {
		return none
	}
	switch v := p.Value.(type) {
	case *syntax.Ident:
		return v.Name
	case *syntax.StringLit:
		return v.Value
	}
	return t.source(p.Value)
}

func (t *teller) join(op *syntax.JoinOp) string {
	on := t.on(op.On)
	if op.Where != nil {
		on = t.condition(op.Where)
	}
	return t.joined(t.param(op.Params, "kind", "innerunique"), op.Right, on)
}

// joined tells of a kind of join with the rows of right.
func (t *teller) joined(kind string, right syntax.Expr, on string) string {
	rows := t.rowsOf(right)
	switch strings.ToLower(kind) {
	case "innerunique":
		return "Join with " + rows + " where " + on + "; of several rows on the left with the same keys one is used (innerunique join)"
	case "inner":
		return "Join with " + rows + " where " + on + "; rows without a match are dropped (inner join)"
	case "leftouter":
		return "Add the columns of " + rows + " where " + on + "; rows without a match stay, these columns empty (left outer join)"
	case "rightouter":
		return "Join with " + rows + " where " + on + "; all of its rows stay, those without a match with empty columns on the left (right outer join)"
	case "fullouter":
		return "Join with " + rows + " where " + on + "; rows of both sides without a match stay, the other side's columns empty (full outer join)"
	case "leftsemi":
		return "Keep the rows for which there is one in " + rows + " where " + on + " (left semi join)"
	case "leftanti", "anti", "leftantisemi":
		return "Keep the rows for which there is none in " + rows + " where " + on + " (left anti join)"
	case "rightsemi":
		return "Go on with those rows of " + rows + " for which there is one on the left where " + on + " (right semi join)"
	case "rightanti", "rightantisemi":
		return "Go on with those rows of " + rows + " for which there is none on the left where " + on + " (right anti join)"
	}
	return "Join (kind " + kind + ") with " + rows + " where " + on
}

func (t *teller) lookup(op *syntax.LookupOp) string {
	rows, on := t.rowsOf(op.Right), t.on(op.On)
	if t.param(op.Params, "kind", "leftouter") == "inner" {
		return "Look up in " + rows + " the row where " + on + " and add its other columns; rows without one are dropped (inner lookup)"
	}
	return "Look up in " + rows + " the rows where " + on + " and add their other columns; rows without a match stay, these columns empty (left outer lookup)"
}

// on tells of the conditions of a join.
func (t *teller) on(list []syntax.Expr) string {
	var same, pairs []string
	for _, e := range list {
		if id, ok := e.(*syntax.Ident); ok {
			same = append(same, id.Name)
			continue
		}
		for _, c := range conjuncts(e) {
			pairs = append(pairs, t.pair(c))
		}
	}
	var parts []string
	if len(same) > 0 {
		parts = append(parts, and(same)+choose(len(same) == 1, " is equal", " are equal"))
	}
	if len(parts)+len(pairs) == 0 {
		return "the rows match"
	}
	return strings.Join(append(parts, pairs...), " and ")
}

// pair tells of one `$left.a == $right.b`.
func (t *teller) pair(e syntax.Expr) string {
	b, ok := inner(e).(*syntax.BinaryExpr)
	if !ok || b.Op != syntax.OpEq {
		return t.quote(e)
	}
	left, lok := side(b.X, "$left")
	right, rok := side(b.Y, "$right")
	if !lok || !rok {
		if right, rok = side(b.X, "$right"); rok {
			left, lok = side(b.Y, "$left")
		}
	}
	if !lok || !rok {
		return t.quote(e)
	}
	return left + " is equal to its " + right
}

func side(e syntax.Expr, name string) (string, bool) {
	p, ok := e.(*syntax.PathExpr)
	if !ok {
		return "", false
	}
	id, ok := p.X.(*syntax.Ident)
	col, ok2 := p.Sel.(*syntax.Ident)
	if !ok || !ok2 || id.Name != name {
		return "", false
	}
	return col.Name, true
}

func (t *teller) union(op *syntax.UnionOp) string {
	var parts []string
	for _, e := range op.Tables {
		if id, ok := e.(*syntax.Ident); ok && id.Wildcard {
			parts = append(parts, "all tables whose names match "+id.Name)
			continue
		}
		parts = append(parts, t.rowsOf(e))
	}
	s := "Take together the rows of " + and(parts)
	if t.input.Len() > 0 {
		s = "Add the rows of " + and(parts)
	}
	if t.param(op.Params, "kind", "outer") == "inner" {
		s += ", only the columns that all have"
	}
	if name := t.param(op.Params, "withsource", t.param(op.Params, "with_source", "")); name != "" {
		s += "; the column " + name + " says from which each is"
	}
	if t.param(op.Params, "isfuzzy", "false") == "true" {
		s += "; those that do not exist are left out"
	}
	return s
}
