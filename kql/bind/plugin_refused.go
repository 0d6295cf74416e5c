package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A refusedPlugin is a plugin that needs somebody else's service or another
// language. It is known by its columns, so that queries that use it can be
// checked; they are refused when they run.
//
// Source: the Kusto documentation, the page of each plugin, and the declarations
// in Microsoft's language service.
type refusedPlugin struct {
	least, most int // arguments
	// columns are what it answers, "name:type" one after another; `*` stands for
	// the columns of the input, `$` in a name for that of the first argument.
	// Empty if only the service knows.
	columns string
	// flag is the argument that adds the columns in more if it is true; 0 if none.
	flag  int
	more  string
	first bool // needs no input
	// why says what is in the way and what to do instead.
	why string
}

const (
	noDatabase  = "a query reaches no other database: export its rows to a file and query that"
	noService   = "a query reaches no network: put the answer into a file and query that"
	noModel     = "a query reaches no network, and so no language model"
	noScripts   = "a query runs no code in other languages: write it in KQL, or feed a script with the answer of calypso query -o json"
	noStorage   = "a query reads no storage but the files that it is given: calypso schema lists the columns of these"
	noClusters  = "there is no other cluster to ask: run the query here"
	noDataGiven = "nobody sends rows along with a query here: write datatable, or name a file with -d"
	onlyTests   = "it is Kusto's own test of plugins: write identity"
)

// refusedPluginOf returns the plugin called name.
func refusedPluginOf(name string) (refusedPlugin, bool) {
	const response = "ResponseHeaders:dynamic ResponseBody:dynamic"
	switch name {
	case "sql_request", "mysql_request", "postgresql_request", "cosmosdb_sql_request", "dax_request":
		return refusedPlugin{least: 2, most: 4, first: true, why: noDatabase}, true
	case "azure_digital_twins_query_request":
		return refusedPlugin{least: 2, most: 2, first: true, why: noDatabase}, true
	case "execute_query", "execute_show_command":
		return refusedPlugin{least: 2, most: 2, first: true, why: noClusters}, true
	case "external_datatable":
		return refusedPlugin{first: true, why: noDataGiven}, true
	case "http_request":
		return refusedPlugin{least: 1, most: 3, columns: response, first: true, why: noService}, true
	case "http_request_post":
		return refusedPlugin{least: 1, most: 4, columns: response, first: true, why: noService}, true
	case "infer_storage_schema":
		return refusedPlugin{least: 1, most: 1, columns: "CslSchema:string", first: true, why: noStorage}, true
	case "infer_storage_schema_with_suggestions":
		return refusedPlugin{least: 1, most: 1, columns: "SuggestedTableSchema:string", first: true, why: noStorage}, true
	case "ai_embeddings":
		return refusedPlugin{least: 2, most: 4, columns: "* $_embeddings:dynamic", flag: 3, more: "$_embeddings_error:string", why: noModel}, true
	case "ai_embed_text":
		return refusedPlugin{least: 2, most: 4, columns: "* $_embedding:dynamic", flag: 3, more: "$_embedding_error:string", why: noModel}, true
	case "ai_chat_completion", "ai_chat_completion_prompt":
		return refusedPlugin{least: 2, most: 4, columns: "* $_completion:string", flag: 3, more: "$_completion_error:string", why: noModel}, true
	case "identity_v3":
		return refusedPlugin{least: 2, most: 2, columns: "*", why: onlyTests}, true
	case "python":
		return refusedPlugin{least: 2, most: 4, why: noScripts}, true
	case "r", "csharp":
		return refusedPlugin{least: 2, most: 3, why: noScripts}, true
	}
	return refusedPlugin{}, false
}

// callRefused binds the call of p.
func (b *binder) callRefused(sc *scope, in table, op *syntax.EvaluateOp, p refusedPlugin) table {
	name, args := op.Call.Name.Name, op.Call.Args
	if in.node == nil && !p.first {
		b.report(cannotBeFirst(b.keyword(op)))
		return unknownTable()
	}
	if len(args) < p.least || len(args) > p.most {
		b.report(argumentCount(op.Call, name, p.least, p.most))
		return unknownTable()
	}
	rows := sc.withRow(in)
	bound := make([]value, len(args))
	for i, a := range args {
		if _, isType := unnamed(a).(*syntax.TypeOfExpr); isType {
			continue
		}
		if x := b.expr(rows, unnamed(a)); x.table == nil {
			bound[i] = x.value
		}
	}
	out, open := newColumns(), false
	switch script := p.why == noScripts; {
	case script:
		var ok bool
		if open, ok = b.scriptColumns(in, out, args[0]); !ok {
			return unknownTable()
		}
	default:
		columns := p.columns
		if p.flag > 0 && len(args) > p.flag && isTrue(bound[p.flag].expr) {
			columns += " " + p.more
		}
		first := ""
		if len(args) > 0 {
			first = b.resultName(rows, args[0])
		}
		open = addWritten(out, in, strings.ReplaceAll(columns, "$_", prefixed(first))) && in.open || columns == ""
	}
	if declared, ok := b.declaredColumns(op); ok {
		out, open = newColumns(), false
		if op.Schema.Star {
			open = addWritten(out, in, "*") && in.open
		}
		for _, c := range declared {
			out.put(out.unique(c.Name, ""), nullOf(c.Type).expr, false)
		}
	}
	r := unreadable(name, out.schema(), "the plugin "+name+" is not supported: "+p.why)
	r.open = open
	return r
}

// prefixed returns name_, "" for no name.
func prefixed(name string) string {
	if name == "" {
		return ""
	}
	return name + "_"
}

// isTrue reports whether e is the literal true.
func isTrue(e plan.Expr) bool {
	l, ok := e.(*plan.Literal)
	return ok && l.Type() == types.Bool && !l.Value.Null(0) && dynamicOf(l.Value).String() == "true"
}

// addWritten adds columns as a refusedPlugin lists them. It returns whether those
// of the input are among them.
func addWritten(out *columns, in table, list string) (star bool) {
	for _, f := range strings.Fields(list) {
		if f == "*" {
			star = true
			for i, c := range in.schema().Columns {
				if !c.Hidden {
					out.add(c.Name, columnAt(in.schema(), i), false)
				}
			}
			continue
		}
		name, typ, _ := strings.Cut(f, ":")
		t, _ := types.Lookup(typ)
		out.put(out.unique(name, ""), nullOf(t).expr, false)
	}
	return star
}

// scriptColumns adds the columns of typeof(…), which python, r and csharp begin
// with. It returns whether there may be more of them.
func (b *binder) scriptColumns(in table, out *columns, arg syntax.Expr) (open, ok bool) {
	s, isType := unnamed(arg).(*syntax.TypeOfExpr)
	if !isType || s.Schema == nil {
		b.report(notSupported(arg, "a schema of this form"))
		return false, false
	}
	if s.Schema.Open {
		addWritten(out, in, "*")
		open = in.open
	}
	for _, c := range b.schemaOf(s.Schema).Columns {
		out.add(c.Name, nullOf(c.Type).expr, true)
	}
	return open, true
}
