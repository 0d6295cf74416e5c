package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// columnsPluginOf returns the plugins whose columns depend on more than the order
// of their arguments; they too are refused when they run.
func columnsPluginOf(name string) plugin {
	switch name {
	case "sequence_detect":
		return (*binder).sequenceDetect
	case "funnel_sequence_completion":
		return (*binder).funnelCompletion
	case "rolling_percentile":
		return (*binder).rollingPercentile
	case "python", "r":
		return (*binder).scriptPlugin
	}
	return nil
}

// typingOf checks the number of arguments and returns what works out columns.
func (b *binder) typingOf(sc *scope, in table, op *syntax.EvaluateOp, least, most int) (*typing, *columns, bool) {
	if n := len(op.Call.Args); n < least || most >= 0 && n > most {
		b.report(argumentCount(op.Call, op.Call.Name.Name, least, most))
		return nil, nil, false
	}
	return &typing{b: b, rows: sc.withRow(in), args: op.Call.Args, in: in}, newColumns(), true
}

// sequenceDetect: the dimensions, the time of each named step, the duration.
func (b *binder) sequenceDetect(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, out, ok := b.typingOf(sc, in, op, 4, -1)
	if !ok {
		return unknownTable()
	}
	time := t.argument(0)
	timeName := b.resultName(t.rows, t.args[0])
	var steps []string
	for i := 3; i < len(t.args); i++ {
		if n, named := t.args[i].(*syntax.NamedExpr); named && len(n.Names) == 1 {
			t.argument(i)
			steps = append(steps, n.Names[0].Name)
		} else {
			t.column(out, "", i)
		}
	}
	for _, name := range steps {
		out.put(out.unique(name+"_"+timeName, ""), unknownOf(time.typ()).expr, false)
	}
	out.put(out.unique("Duration", ""), nullOf(types.TimeSpan).expr, false)
	return refused("sequence_detect", out.schema())
}

func (b *binder) funnelCompletion(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, out, ok := b.typingOf(sc, in, op, 8, 8)
	if !ok {
		return unknownTable()
	}
	for i := range t.args {
		t.argument(i)
	}
	t.column(out, "", 1)
	out.put(out.unique(b.resultName(t.rows, t.args[5]), ""), nullOf(types.String).expr, false)
	t.add(out, "Period:timespan")
	t.add(out, "dcount:long")
	return refused("funnel_sequence_completion", out.schema())
}

// rollingPercentile: the index, the dimensions, rolling_7_percentile_Value_50.
func (b *binder) rollingPercentile(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, out, ok := b.typingOf(sc, in, op, 5, -1)
	if !ok {
		return unknownTable()
	}
	value := t.argument(0)
	t.column(out, "", 2)
	t.add(out, "#5+")
	name := "rolling_" + fragment(t.argument(4).expr) + "_percentile_" + b.resultName(t.rows, t.args[0]) + "_" + fragment(t.argument(1).expr)
	out.put(out.unique(name, ""), unknownOf(value.typ()).expr, false)
	return refused("rolling_percentile", out.schema())
}

// scriptPlugin binds python and r, whose columns are those of typeof(…).
func (b *binder) scriptPlugin(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, out, ok := b.typingOf(sc, in, op, 2, 4)
	if !ok {
		return unknownTable()
	}
	for i := 1; i < len(t.args); i++ {
		t.argument(i)
	}
	s, isSchema := unnamed(t.args[0]).(*syntax.TypeOfExpr)
	if !isSchema || s.Schema == nil {
		b.report(notSupported(t.args[0], "a schema of this form"))
		return unknownTable()
	}
	if s.Schema.Open {
		t.add(out, "*")
	}
	for _, c := range b.schemaOf(s.Schema).Columns {
		out.add(c.Name, nullOf(c.Type).expr, true)
	}
	r := refused(op.Call.Name.Name, out.schema())
	r.open = in.open && s.Schema.Open
	return r
}
