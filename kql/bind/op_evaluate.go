package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A plugin binds what follows evaluate.
type plugin func(b *binder, sc *scope, in table, op *syntax.EvaluateOp) table

// pluginOf returns the plugin called name, nil if the engine does not have it.
func pluginOf(name string) plugin {
	switch name {
	case "bag_unpack":
		return (*binder).bagUnpack
	case "pivot":
		return (*binder).pivot
	case "narrow":
		return (*binder).narrow
	case "ipv4_lookup", "ipv6_lookup":
		return (*binder).ipLookup
	case "session_count":
		return (*binder).sessionCount
	case "sliding_window_counts":
		return (*binder).slidingWindowCounts
	case "activity_counts_metrics":
		return (*binder).activityCountsMetrics
	case "activity_metrics":
		return (*binder).activityMetrics
	case "activity_engagement":
		return (*binder).activityEngagement
	case "active_users_count":
		return (*binder).activeUsersCount
	case "new_activity_metrics":
		return (*binder).newActivityMetrics
	case "sequence_detect":
		return (*binder).sequenceDetect
	case "funnel_sequence":
		return (*binder).funnelSequence
	case "funnel_sequence_completion":
		return (*binder).funnelCompletion
	case "rows_near":
		return (*binder).rowsNear
	case "dcount_intersect":
		return (*binder).dcountIntersect
	case "geo_polygon_lookup", "geo_line_lookup":
		return (*binder).geoLookup
	case "preview":
		return (*binder).preview
	case "schema_merge":
		return (*binder).schemaMerge
	case "identity":
		return (*binder).identity
	case "autocluster":
		return (*binder).autocluster
	case "basket":
		return (*binder).basket
	case "diffpatterns":
		return (*binder).diffpatterns
	case "rolling_percentile":
		return (*binder).rollingPercentile
	case "estimate_rows_count":
		return (*binder).estimateRowsCount
	}
	return nil
}

// knownPlugins are the plugins of Kusto.
func knownPlugins() []string {
	return []string{
		"active_users_count", "activity_counts_metrics", "activity_engagement", "activity_metrics", "ai_chat_completion",
		"ai_chat_completion_prompt", "ai_embed_text", "ai_embeddings", "autocluster", "azure_digital_twins_query_request",
		"bag_unpack", "basket", "cosmosdb_sql_request", "csharp", "dax_request", "dcount_intersect", "diffpatterns",
		"estimate_rows_count", "execute_query", "execute_show_command", "external_datatable", "funnel_sequence",
		"funnel_sequence_completion", "geo_line_lookup", "geo_polygon_lookup", "http_request", "http_request_post",
		"identity", "identity_v3", "infer_storage_schema", "infer_storage_schema_with_suggestions", "ipv4_lookup",
		"ipv6_lookup", "mysql_request", "narrow",
		"new_activity_metrics", "pivot", "postgresql_request", "preview", "python", "r", "rolling_percentile",
		"rows_near", "schema_merge", "sequence_detect", "session_count", "sliding_window_counts", "sql_request",
	}
}

// evaluate calls a plugin.
func (b *binder) evaluate(sc *scope, in table, op *syntax.EvaluateOp) table {
	name := op.Call.Name.Name
	if p := pluginOf(name); p != nil {
		if in.node == nil {
			b.report(cannotBeFirst(b.keyword(op)))
			return unknownTable()
		}
		out := p(b, sc, in, op)
		if op.Schema != nil && name != "bag_unpack" && name != "pivot" {
			return b.asDeclared(out, op)
		}
		return out
	}
	if p, ok := refusedPluginOf(name); ok {
		return b.callRefused(sc, in, op, p)
	}
	b.report(unknownPlugin(op.Call.Name, name, knownPlugins()))
	return unknownTable()
}

// pluginArgs returns the arguments of a plugin by the parameters' names. What is
// given by name goes there, the rest in order.
func (b *binder) pluginArgs(op *syntax.EvaluateOp, least int, params ...string) (map[string]syntax.Expr, bool) {
	args := map[string]syntax.Expr{}
	at := 0
	complain := b.report
	if op.Call.Name.Name == "bag_unpack" { // of which the analyzer knows no names
		complain = b.refuse
	}
	for _, a := range op.Call.Args {
		if n, ok := a.(*syntax.NamedExpr); ok && len(n.Names) == 1 {
			if !slices.Contains(params, n.Names[0].Name) {
				complain(unknownArgument(n.Names[0], n.Names[0].Name, params))
				return nil, false
			}
			args[n.Names[0].Name] = n.X
			continue
		}
		if at < len(params) {
			args[params[at]] = a
		}
		at++
	}
	if at > len(params) || len(args) < least {
		b.report(argumentCount(op.Call, op.Call.Name.Name, least, len(params)))
		return nil, false
	}
	return args, true
}

// declaredColumns returns the schema that the text declares for a plugin, and
// whether it declares one.
func (b *binder) declaredColumns(op *syntax.EvaluateOp) ([]types.Column, bool) {
	if op.Schema == nil {
		return nil, false
	}
	return b.schemaOf(&syntax.SchemaDecl{Span: op.Schema.Span, Columns: op.Schema.Columns}).Columns, true
}

// asDeclared returns the columns that the text declares of what a plugin yields,
// which knows its columns itself: those of the names, of the types declared. With a
// star the others come before them.
func (b *binder) asDeclared(t table, op *syntax.EvaluateOp) table {
	cols, _ := b.declaredColumns(op)
	have := t.schema()
	out := newColumns()
	if op.Schema.Star {
		for i, c := range have.Columns {
			if !c.Hidden && !slices.ContainsFunc(cols, func(d types.Column) bool { return d.Name == c.Name }) {
				out.put(c.Name, columnAt(have, i), false)
			}
		}
	}
	for _, c := range cols {
		v := unknownOf(c.Type)
		if i := have.Index(c.Name); i >= 0 {
			v = b.convert(op, value{expr: columnAt(have, i)}, c.Type)
		} else if !t.open {
			b.refuse(schemaDiffers(op.Schema, types.NewSchema(cols...), have.Visible()))
			if !b.env.Strict {
				return unknownTable()
			}
		}
		out.put(c.Name, v.expr, false)
	}
	return out.over(t)
}

// pendingPlugin stands for a plugin whose columns cannot be known yet; known are those
// that it has in any case.
func (b *binder) pendingPlugin(in table, what string, known []types.Column) table {
	b.pending = true
	out := in.unordered(&plan.Pending{Input: in.node, What: what, Out: types.Schema{Columns: known}})
	out.open = true
	return out
}

// maxColumns is how many columns a table may have, as the page "Columns" of the
// documentation says.
const maxColumns = 10_000

// fitsTable reports whether a table may have the n columns that a plugin makes of
// rows, and if not reports that.
func (b *binder) fitsTable(op *syntax.EvaluateOp, n int) bool {
	if n > maxColumns {
		b.report(fault("KS999", op.Call, "%s makes %d columns of these rows, but a table has at most %d: declare those that you need, as in ': (Name: type)', or filter the rows before",
			op.Call.Name.Name, n, maxColumns))
	}
	return n <= maxColumns
}

// identity yields its input.
func (b *binder) identity(_ *scope, in table, _ *syntax.EvaluateOp) table { return in }

// preview yields the first rows as one table and their number as another.
func (b *binder) preview(sc *scope, in table, op *syntax.EvaluateOp) table {
	args, ok := b.pluginArgs(op, 1, "NumberOfRows")
	if !ok {
		return unknownTable()
	}
	rows := b.share(in, "")
	first := plan.Result{Root: plan.NewTake(rows.node, b.rowCount(sc, in, args["NumberOfRows"])), Ordered: in.ordered}
	out := b.counted(op, rows, nil, nil, types.Column{Name: "Count", Type: types.Long})
	out.more = append(out.more, first)
	return out
}
