package bind

import (
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A typedPlugin is a plugin that the engine knows by its columns: queries that
// use it can be checked, and are refused when they run.
//
// The columns are written one after another:
//
//	name:type   a column of that name
//	name:#2     one of the type of argument 2, counted from 0
//	#2          the column that argument 2 names; from_#2 with another name
//	#5+         the columns that arguments 5, 6 … name
//	*           all columns of the input
//
// Source: the Kusto documentation, the page of each plugin.
type typedPlugin struct {
	least, most int // arguments; most < 0 for any number
	columns     string
	first       bool // needs no input
}

// typedPluginOf returns the plugin called name.
func typedPluginOf(name string) (typedPlugin, bool) {
	const response = "ResponseHeaders:dynamic ResponseBody:dynamic"
	switch name {
	case "estimate_rows_count":
		return typedPlugin{0, 0, "EstimatedRowsCount:long", false}, true
	case "http_request":
		return typedPlugin{1, 3, response, true}, true
	case "http_request_post":
		return typedPlugin{1, 4, response, true}, true
	case "infer_storage_schema":
		return typedPlugin{1, 1, "CslSchema:string", true}, true
	case "sql_request", "mysql_request", "postgresql_request", "cosmosdb_sql_request":
		return typedPlugin{2, 4, "", true}, true
	case "azure_digital_twins_query_request":
		return typedPlugin{2, 2, "", true}, true
	}
	return typedPlugin{}, false
}

// callTypedPlugin binds the call of p.
func (b *binder) callTypedPlugin(sc *scope, in table, op *syntax.EvaluateOp, p typedPlugin) table {
	name, args := op.Call.Name.Name, op.Call.Args
	if in.node == nil && !p.first {
		b.report(cannotBeFirst(op))
		return unknownTable()
	}
	if len(args) < p.least || p.most >= 0 && len(args) > p.most {
		b.report(argumentCount(op.Call, name, p.least, p.most))
		return unknownTable()
	}
	t := &typing{b: b, rows: sc.withRow(in), args: args, in: in}
	out := newColumns()
	for _, f := range strings.Fields(p.columns) {
		t.add(out, f)
	}
	for i := range args {
		t.argument(i)
	}
	if declared, ok := b.declaredColumns(op); ok {
		out = newColumns()
		for _, c := range declared {
			out.put(out.unique(c.Name, ""), nullOf(c.Type).expr, false)
		}
	}
	r := refused(name, out.schema())
	r.open = in.open || p.columns == "" && op.Schema == nil
	return r
}

// refused stands for the rows of a plugin that the engine does not run.
func refused(name string, s types.Schema) table {
	return unreadable(name, s, "the plugin "+name+" is not supported: its columns are known, it can't run here")
}

// A typing works out the columns of a plugin.
type typing struct {
	b     *binder
	rows  *scope
	args  []syntax.Expr
	in    table
	bound map[int]value
}

// argument returns argument i, which is bound once.
func (t *typing) argument(i int) value {
	if v, ok := t.bound[i]; ok {
		return v
	}
	if t.bound == nil {
		t.bound = map[int]value{}
	}
	x := t.b.expr(t.rows, unnamed(t.args[i]))
	t.bound[i] = x.value
	if x.table != nil {
		t.bound[i] = unknownValue()
	}
	return t.bound[i]
}

// add adds what one field of a typedPlugin's columns describes.
func (t *typing) add(out *columns, field string) {
	prefix, ref, isRef := strings.Cut(field, "#")
	name, typ, isNamed := strings.Cut(prefix, ":")
	switch {
	case field == "*":
		for i, c := range t.in.schema().Columns {
			if !c.Hidden {
				out.add(c.Name, columnAt(t.in.schema(), i), false)
			}
		}
	case isRef && strings.HasSuffix(ref, "+"):
		from, _ := strconv.Atoi(strings.TrimSuffix(ref, "+"))
		for i := from; i < len(t.args); i++ {
			t.column(out, "", i)
		}
	case isRef && isNamed:
		i, _ := strconv.Atoi(ref)
		out.put(out.unique(name, ""), unknownOf(t.argument(i).typ()).expr, false)
	case isRef:
		i, _ := strconv.Atoi(ref)
		t.column(out, prefix, i)
	default:
		k, _ := types.Lookup(typ)
		out.put(out.unique(name, ""), nullOf(k).expr, false)
	}
}

// column adds the column that argument i names; the text must name one.
func (t *typing) column(out *columns, prefix string, i int) {
	v := t.argument(i)
	c, ok := v.expr.(*plan.Column)
	if !ok {
		if !v.unknown() {
			t.b.report(columnExpected(t.args[i]))
		}
		return
	}
	out.put(out.unique(prefix+c.Name, ""), nullOf(c.Typ).expr, false)
}
