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

// inKQL binds the operators that text lists over in. consts are its constants. A
// finding has its place in the call: the text is not the query's.
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
	before := len(b.diags)
	t := b.pipe(inner.withInput(in), &syntax.PipeExpr{Span: op.Span, Ops: ops})
	for i := before; i < len(b.diags); i++ {
		b.diags[i].Pos, b.diags[i].End = op.Call.Pos(), op.Call.End()
	}
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
	marked := in.over(&plan.Project{Input: plan.NewSerialize(in.node), Exprs: append(columnsFrom(s, 0, s.Len()), cond), Out: wide})
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
