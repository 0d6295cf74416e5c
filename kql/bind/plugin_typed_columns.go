package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
)

// columnsPluginOf returns the plugins whose columns depend on more than the order
// of their arguments; they too are refused when they run.
func columnsPluginOf(name string) plugin {
	switch name {
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
