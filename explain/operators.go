package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// operator returns the sentence, without its full stop, of an operator.
func (t *teller) operator(op syntax.Operator) string {
	switch op := op.(type) {
	case *syntax.WhereOp:
		return "Keep the rows where " + t.condition(op.Cond)
	case *syntax.ExtendOp:
		return t.extend(op.Exprs)
	case *syntax.SerializeOp:
		s := "Fix the order of the rows"
		if len(op.Exprs) > 0 {
			s += "; " + lowerFirst(t.extend(op.Exprs))
		}
		return s
	case *syntax.SummarizeOp:
		return t.summarize(op)
	case *syntax.DistinctOp:
		return t.distinct(op)
	case *syntax.CountOp:
		if op.As != nil {
			return "Count the rows, as " + op.As.Name
		}
		return "Count the rows"
	case *syntax.SortOp:
		return "Sort the rows by " + t.orderKeys(op.By)
	case *syntax.TopOp:
		return "Keep the first " + t.rows(op.Count) + " in the order of " + t.orderKeys([]*syntax.OrderedExpr{op.By})
	case *syntax.TakeOp:
		return "Keep at most " + t.rows(op.Count)
	case *syntax.SampleOp:
		return "Keep at most " + t.rows(op.Count) + ", chosen at random"
	case *syntax.SampleDistinctOp:
		return "Keep at most " + t.value(op.Count) + " different values of " + t.value(op.Of)
	case *syntax.AsOp:
		t.lets[op.Name.Name] = someTable
		return "Call the result so far " + op.Name.Name
	case *syntax.JoinOp:
		return t.join(op)
	case *syntax.LookupOp:
		return t.lookup(op)
	case *syntax.UnionOp:
		return t.union(op)
	case *syntax.GetSchemaOp:
		return "Answer with the names and types of the columns in place of the rows"
	case *syntax.ConsumeOp:
		return "Read all rows and answer with none"
	case *syntax.RenderOp:
		return t.render(op)
	case *syntax.AssertSchemaOp:
		return "Check that the columns are " + t.source(op.Schema)
	}
	if s := t.columnsOperator(op); s != "" {
		return s
	}
	if s := t.expandOperator(op); s != "" {
		return s
	}
	if s := t.rareOperator(op); s != "" {
		return s
	}
	return "Apply: " + t.source(op)
}

// rows returns a number of rows.
func (t *teller) rows(n syntax.Expr) string {
	s := t.value(n)
	return s + choose(s == "1", " row", " rows")
}

// orderKeys tells of the keys of an order.
func (t *teller) orderKeys(keys []*syntax.OrderedExpr) string {
	var out []string
	for _, k := range keys {
		x := k.X
		if n, ok := x.(*syntax.NamedExpr); ok {
			x = n.X
		}
		asc := k.Order == syntax.OrderAsc
		words := choose(asc, "ascending", "descending")
		if t.isTime(x) {
			words = choose(asc, "earliest first", "latest first")
		}
		if k.Nulls != syntax.NullsDefault {
			words += ", " + k.Nulls.String()
		}
		out = append(out, t.value(x)+" ("+words+")")
	}
	return strings.Join(out, ", then ")
}

func (t *teller) distinct(op *syntax.DistinctOp) string {
	if len(op.Exprs) == 1 {
		if _, star := op.Exprs[0].X.(*syntax.StarExpr); star {
			return "Keep one of each set of equal rows"
		}
		return "Keep each value of " + t.assigned(op.Exprs[0]) + " once"
	}
	var out []string
	for _, e := range op.Exprs {
		out = append(out, t.assigned(e))
	}
	return "Keep each combination of " + and(out) + " once"
}

// assigned returns "X = value", or the value alone if no name is given.
func (t *teller) assigned(e *syntax.NamedExpr) string {
	if len(e.Names) == 0 {
		return t.value(e.X)
	}
	var names []string
	for _, n := range e.Names {
		names = append(names, ident(n.Name))
	}
	if len(names) == 1 {
		return names[0] + " = " + t.value(e.X)
	}
	return "(" + strings.Join(names, ", ") + ") = " + t.value(e.X)
}

func (t *teller) extend(exprs []*syntax.NamedExpr) string {
	var added, replaced []string
	for _, e := range exprs {
		if len(e.Names) == 1 && t.input.Index(e.Names[0].Name) >= 0 {
			replaced = append(replaced, t.assigned(e))
			continue
		}
		added = append(added, t.assigned(e))
	}
	var parts []string
	if len(added) > 0 {
		parts = append(parts, choose(len(added) == 1, "Add the column ", "Add the columns ")+strings.Join(added, "; "))
	}
	if len(replaced) > 0 {
		parts = append(parts, choose(len(added) == 0, "Replace ", "replace ")+strings.Join(replaced, "; "))
	}
	return strings.Join(parts, "; ")
}

func (t *teller) render(op *syntax.RenderOp) string {
	if op.Chart == nil {
		return "Draw the result"
	}
	s := "Draw the result as " + op.Chart.Name
	for i, p := range append(append([]*syntax.OperatorParam{}, op.Params...), op.With...) {
		s += choose(i == 0, " with ", ", ") + t.source(p)
	}
	return s
}
