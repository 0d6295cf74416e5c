package explain

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// rareOperator tells of the operators of analysis: series, hierarchies,
// sequences, several results, searches, graphs; empty for others.
func (t *teller) rareOperator(op syntax.Operator) string {
	switch op := op.(type) {
	case *syntax.MakeSeriesOp:
		return t.makeSeries(op)
	case *syntax.TopNestedOp:
		return t.topNested(op)
	case *syntax.TopHittersOp:
		s := "Find the " + t.value(op.Count) + " values of " + t.value(op.Of)
		if op.By != nil {
			return s + " with the greatest sums of " + t.value(op.By) + " (by estimate)"
		}
		return s + " that occur most often (by estimate)"
	case *syntax.ReduceOp:
		return "Group the texts of " + t.value(op.By) + " by patterns that they share"
	case *syntax.PartitionOp:
		return "For each " + t.value(op.By) + ", run " + t.sub(op.Subquery) + " over its rows"
	case *syntax.PartitionByOp:
		return "For each " + t.value(op.By) + ", run " + t.sub(op.Subquery) + " over its rows"
	case *syntax.ForkOp:
		return t.fork(op)
	case *syntax.FacetOp:
		s := "Answer with a table of the values of each of " + t.names(op.By) + " and their counts"
		if op.With != nil {
			s += ", and with " + t.sub(op.With)
		}
		return s
	case *syntax.ScanOp:
		return t.scan(op)
	case *syntax.SearchOp:
		return "Search " + t.searched(op.In) + " for rows where " + t.searchCondition(op.Cond)
	case *syntax.FindOp:
		s := "Find in " + t.searched(op.In) + " the rows where " + t.searchCondition(op.Cond)
		if len(op.Project) > 0 {
			s += ", with " + columnWord(len(op.Project)) + " " + t.names(op.Project)
		}
		return s
	case *syntax.EvaluateOp:
		return t.plugin(op.Call)
	case *syntax.InvokeOp:
		return "Give the rows to the function " + t.source(op.Call)
	case *syntax.MakeGraphOp:
		return "Make a graph with an edge from " + t.source(op.Source) + " to " + t.source(op.Target) + " for each row"
	case *syntax.GraphMatchOp:
		return "Find in the graph the pattern: " + t.source(op)
	case *syntax.GraphShortestPathsOp:
		return "Find the shortest paths in the graph: " + t.source(op)
	case *syntax.GraphToTableOp:
		return "Make tables of the graph: " + t.source(op)
	}
	return ""
}

// plugin tells of the plugins that change columns; others are quoted.
func (t *teller) plugin(call *syntax.CallExpr) string {
	name, args := call.Name.Name, call.Args
	switch {
	case name == "bag_unpack" && len(args) == 1:
		return "Make a column of each property of " + t.value(args[0]) + " (bag_unpack)"
	case name == "pivot" && len(args) == 1:
		return "Make a column of each value of " + t.value(args[0]) + ", which counts the rows that have it (pivot)"
	case name == "pivot" && len(args) == 2:
		return "Make a column of each value of " + t.value(args[0]) + ", which holds " + t.aggregateValue(args[1]) + " (pivot)"
	case name == "narrow" && len(args) == 0:
		return "Make a row of each cell, with its column's name (narrow)"
	}
	return "Apply the plugin " + name + ": " + t.quote(call)
}

func (t *teller) makeSeries(op *syntax.MakeSeriesOp) string {
	var out []string
	for _, a := range op.Aggs {
		s := t.aggregate(a.X)
		if a.Default != nil {
			s += " (" + t.value(a.Default) + " where there are no rows)"
		}
		out = append(out, s)
	}
	head := "Make series"
	if g := t.groups(op.By); g != "" {
		head = strings.ToUpper(g[:1]) + g[1:] + ", make series"
	}
	s := head + " over " + t.value(op.On)
	if op.From != nil {
		s += " from " + t.value(op.From)
	}
	if op.To != nil {
		s += " to " + t.value(op.To)
	}
	if op.Step != nil {
		s += " in steps of " + t.value(op.Step)
	}
	if len(op.InRange) > 0 {
		s += " in the range " + and(t.values(op.InRange))
	}
	return s + ": " + strings.Join(out, "; ")
}

func (t *teller) topNested(op *syntax.TopNestedOp) string {
	var out []string
	for i, c := range op.Clauses {
		s := "all values of "
		if c.Count != nil {
			s = "the first " + t.value(c.Count) + " values of "
		}
		s += t.assigned(c.Of)
		by := c.By.X
		if n, ok := by.(*syntax.NamedExpr); ok {
			s += " by " + t.aggregate(n)
		} else {
			s += " by " + t.aggregateValue(by)
		}
		s += choose(c.By.Order == syntax.OrderAsc, " (ascending)", " (descending)")
		if c.Others != nil {
			s += ", the others together as " + t.value(c.Others)
		}
		out = append(out, choose(i == 0, "Keep ", "within each of these ")+s)
	}
	return strings.Join(out, "; ")
}

func (t *teller) fork(op *syntax.ForkOp) string {
	var out []string
	for _, b := range op.Branches {
		s := t.sub(b.X)
		if b.Name != nil {
			s = b.Name.Name + " of " + s
		}
		out = append(out, s)
	}
	return "Answer with several tables: " + and(out)
}

// scan tells of a sequence; each of its steps has its condition.
func (t *teller) scan(op *syntax.ScanOp) string {
	s := "Go through the rows in their order"
	if len(op.OrderBy) > 0 {
		s = "Go through the rows in the order of " + t.orderKeys(op.OrderBy)
	}
	if len(op.PartitionBy) > 0 {
		s += ", apart for each " + and(t.values(op.PartitionBy))
	}
	var out []string
	for _, st := range op.Steps {
		step := st.Name.Name
		if st.Optional {
			step += ", optional,"
		}
		step += " where " + t.condition(st.Cond)
		for i, a := range st.Assigns {
			step += choose(i == 0, ", setting ", ", ") + t.assigned(a)
		}
		if st.Output != nil && st.Output.Name != "all" {
			step += " (puts out " + choose(st.Output.Name == "last", "the last row", "no rows") + ")"
		}
		out = append(out, step)
	}
	return s + " and match the steps " + strings.Join(out, "; then ")
}

func (t *teller) searched(tables []syntax.Expr) string {
	if len(tables) == 0 {
		return choose(t.input.Len() > 0, "the rows so far", "all tables")
	}
	var out []string
	for _, e := range tables {
		out = append(out, t.rowsOf(e))
	}
	return and(out)
}

// searchCondition is a condition in which a text alone means that some column
// has it as a term.
func (t *teller) searchCondition(e syntax.Expr) string {
	switch x := inner(e).(type) {
	case *syntax.StringLit:
		if strings.Contains(x.Value, "*") {
			return "any column matches the pattern " + textValue(x)
		}
		return "any column has the term " + textValue(x)
	case *syntax.StarExpr:
		return "anything stands"
	case *syntax.BinaryExpr:
		switch x.Op {
		case syntax.OpAnd, syntax.OpOr:
			word := " " + x.Op.String() + " "
			return t.searchPart(x.X, x.Op) + word + t.searchPart(x.Y, x.Op)
		case syntax.OpColon:
			return t.value(x.X) + " is or has " + t.value(x.Y)
		}
	}
	return t.condition(e)
}

func (t *teller) searchPart(e syntax.Expr, op syntax.BinaryOp) string {
	s := t.searchCondition(e)
	if b, ok := inner(e).(*syntax.BinaryExpr); ok && b.Op != op && (b.Op == syntax.OpAnd || b.Op == syntax.OpOr) {
		return "(" + s + ")"
	}
	return s
}
