package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Some plugins are queries in KQL that their authors have named. They are bound as
// such a query, in which the constants that the text gives have names of their own.

// inKQL binds the operators that text lists over in. consts are its constants.
func (b *binder) inKQL(sc *scope, in table, op *syntax.EvaluateOp, consts map[string]value, text string) table {
	q, diags := syntax.Parse("input | " + text)
	var ops []syntax.Operator
	if len(q.Statements) == 1 && len(diags) == 0 {
		if st, ok := q.Statements[0].(*syntax.ExprStmt); ok {
			if p, ok := st.X.(*syntax.PipeExpr); ok {
				ops = p.Ops
			}
		}
	}
	if len(ops) == 0 {
		b.report(notSupported(op.Call, "the plugin "+op.Call.Name.Name+" with these columns"))
		return unknownTable()
	}
	inner := sc.withoutRow()
	for name, v := range consts {
		inner.declare(name, &symbol{value: &v, decl: op})
	}
	t := b.pipe(inner.withInput(in), &syntax.PipeExpr{Span: op.Span, Ops: ops})
	return in.unordered(t.node)
}

// quoted returns the names of columns as a query writes them.
func quoted(s types.Schema, at []int) []string {
	out := make([]string, len(at))
	for i, c := range at {
		out[i] = quotedName(s.Columns[c].Name)
	}
	return out
}

func quotedName(name string) string {
	return "['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + "']"
}

// A timeline is what the plugins for the activity of users begin with: the column
// of their identifiers, that of the time, constants, and columns that split all.
type timeline struct {
	id, at string
	dims   []string
	consts map[string]value
}

// by lists the dimensions after first, as a list of columns.
func (t *timeline) by(first ...string) string { return strings.Join(append(first, t.dims...), ", ") }

// timelineOf binds the arguments: identifier, time, constants, dimensions. Those
// constants that are named in spans are as long as a step of the time, the others
// are points of it.
func (b *binder) timelineOf(sc *scope, in table, op *syntax.EvaluateOp, names []string, spans string) (*timeline, bool) {
	args := op.Call.Args
	if len(args) < 2+len(names) {
		b.report(argumentCount(op.Call, op.Call.Name.Name, 2+len(names), -1))
		return nil, false
	}
	at := b.columnList(in, []syntax.Expr{unnamed(args[0]), unnamed(args[1])})
	if len(at) != 2 {
		return nil, false
	}
	s := in.schema()
	time := s.Columns[at[1]].Type
	t := &timeline{id: quotedName(s.Columns[at[0]].Name), at: quotedName(s.Columns[at[1]].Name), consts: map[string]value{}}
	for i, name := range names {
		a := unnamed(args[2+i])
		v := b.constant(sc, a)
		want := time
		if strings.Contains(spans, name) {
			want = stepType(time)
		}
		if v.unknown() || want == types.Unknown {
			return nil, false
		}
		if v.typ() == types.String {
			b.report(notSupported(a, "a step given as text"))
			return nil, false
		}
		t.consts["__"+name] = b.convert(a, v, want)
	}
	var dims []syntax.Expr
	for _, a := range args[2+len(names):] {
		dims = append(dims, unnamed(a))
	}
	t.dims = quoted(s, b.columnList(in, dims))
	return t, true
}

// sessionCount counts the sessions that begin in each bin: appearances of an
// identifier after which it has not been seen for the look-back.
func (b *binder) sessionCount(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, []string{"start", "end", "bin", "back"}, "bin back")
	if !ok {
		return unknownTable()
	}
	same := t.id + " == prev(" + t.id + ")"
	for _, d := range t.dims {
		same += " and " + d + " == prev(" + d + ")"
	}
	return b.inKQL(sc, in, op, t.consts, fmt.Sprintf(
		"where %[1]s >= __start and %[1]s <= __end | sort by %[2]s asc, %[1]s asc"+
			" | where not(%[3]s and %[1]s - prev(%[1]s) < __back)"+
			" | summarize count_sessions = count() by %[4]s",
		t.at, t.by(t.id), same, t.by(t.at+" = bin("+t.at+", __bin)")))
}

// slidingWindowCounts counts rows and identifiers within the look-back before the
// end of each bin.
func (b *binder) slidingWindowCounts(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, []string{"start", "end", "back", "bin"}, "bin back")
	if !ok {
		return unknownTable()
	}
	return b.inKQL(sc, in, op, t.consts, fmt.Sprintf(
		"where %[1]s >= __start - __back and %[1]s < __end + __bin"+
			" | extend __at = bin_at(%[1]s, __bin, __start)"+
			" | mv-expand __shift = range(0, tolong(__back / __bin) - 1, 1) to typeof(long)"+
			" | extend %[1]s = __at + __shift * __bin | where %[1]s >= __start and %[1]s <= __end"+
			" | summarize Count = count(), ['dcount'] = dcount(%[2]s) by %[3]s",
		t.at, t.id, t.by(t.at)))
}

// activityCountsMetrics counts rows, identifiers and new identifiers in each step.
func (b *binder) activityCountsMetrics(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, []string{"start", "end", "step"}, "step")
	if !ok {
		return unknownTable()
	}
	changed := "false"
	for _, d := range t.dims {
		changed += " or " + d + " != prev(" + d + ")"
	}
	order := t.at + " asc"
	if len(t.dims) > 0 {
		order = strings.Join(t.dims, " asc, ") + " asc, " + order
	}
	return b.inKQL(sc, in, op, t.consts, fmt.Sprintf(
		"where %[1]s >= __start and %[1]s <= __end | extend %[1]s = bin_at(%[1]s, __step, __start) | as __activity"+
			" | summarize ['count'] = count(), ['dcount'] = dcount(%[2]s) by %[3]s"+
			" | join kind=leftouter (__activity | summarize %[1]s = min(%[1]s) by %[4]s | summarize __new = count() by %[3]s) on %[3]s"+
			" | extend new_dcount = coalesce(__new, 0) | sort by %[5]s"+
			" | extend aggregated_dcount = row_cumsum(new_dcount, %[6]s)"+
			" | project %[3]s, ['count'], ['dcount'], new_dcount, aggregated_dcount",
		t.at, t.id, t.by(t.at), t.by(t.id), order, changed))
}

// rowsNear keeps the rows that are within some rows of one where a condition is
// true.
func (b *binder) rowsNear(sc *scope, in table, op *syntax.EvaluateOp) table {
	args, ok := b.pluginArgs(op, 2, "Condition", "NumRows", "RowsAfter")
	if !ok {
		return unknownTable()
	}
	rows := sc.withRow(in)
	rows.row.serialized = true
	cond := b.condition(rows, unnamed(args["Condition"]))
	before := b.constant(sc, unnamed(args["NumRows"]), types.Int, types.Long)
	after := before
	if a := args["RowsAfter"]; a != nil {
		after = b.constant(sc, unnamed(a), types.Int, types.Long)
	}
	s := in.schema()
	wide := types.Schema{Columns: append(append([]types.Column(nil), s.Columns...), types.Column{Name: "__near", Type: types.Bool})}
	marked := in.over(&plan.Project{Input: &plan.Serialize{Input: in.node}, Exprs: append(columnsFrom(s, 0, s.Len()), cond), Out: wide})
	marked.serialized = true
	consts := map[string]value{"__before": before, "__after": after}
	out := b.inKQL(sc, marked, op, consts, "extend __near = row_cumsum(iff(__near, 1, 0)) | as __rows"+
		" | where next(__near, __before, toscalar(__rows | summarize max(__near))) > prev(__near, __after + 1, 0)"+
		" | project-away __near")
	out.serialized, out.ordered = true, in.ordered
	return out
}

// dcountIntersect estimates how many values the first sets have in common, for each
// number of sets, by inclusion and exclusion.
func (b *binder) dcountIntersect(sc *scope, in table, op *syntax.EvaluateOp) table {
	var exprs []syntax.Expr
	for _, a := range op.Call.Args {
		exprs = append(exprs, unnamed(a))
	}
	at := b.columnList(in, exprs)
	if len(at) < 2 || len(at) > 10 {
		if len(at) == len(exprs) {
			b.report(argumentCount(op.Call, "dcount_intersect", 2, 10))
		}
		return unknownTable()
	}
	sets := quoted(in.schema(), at)
	var text []string
	for n := range sets {
		text = append(text, fmt.Sprintf("s%d = tolong(%s)", n, commonTo(sets[:n+1])))
	}
	return b.inKQL(sc, in, op, nil, "extend "+strings.Join(text, ", "))
}

// commonTo returns the sum of inclusion and exclusion over the unions of sets.
func commonTo(sets []string) string {
	var b strings.Builder
	for chosen := 1; chosen < 1<<len(sets); chosen++ {
		union, n := "", 0
		for i, s := range sets {
			if chosen>>i&1 == 0 {
				continue
			}
			if n++; n == 1 {
				union = s
			} else {
				union = "hll_merge(" + union + ", " + s + ")"
			}
		}
		sign := " + "
		if n%2 == 0 {
			sign = " - "
		}
		b.WriteString(sign + "dcount_hll(" + union + ")")
	}
	return "0" + b.String()
}
