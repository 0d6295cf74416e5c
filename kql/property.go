package kql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Property is a request property that Kusto knows. The documentation page is
// "Request properties".
type Property struct {
	Name string
	// Type is what its value is; types.Unknown for any literal.
	Type types.Type
	// Effect says in a sentence what it does here.
	Effect string
	// RequestOnly properties have no effect in a set statement.
	RequestOnly bool
	// Words are the values that a text may have, nil if any.
	Words []string
	// None says that it is accepted and changes nothing here.
	None bool
	// apply stores the value; nil where the binder or no one reads it.
	apply func(s *settings, v propertyValue)
}

// FindProperty returns the request property called name.
func FindProperty(name string) (Property, bool) {
	all := Properties()
	i := slices.IndexFunc(all, func(p Property) bool { return p.Name == name })
	if i < 0 {
		return Property{}, false
	}
	return all[i], true
}

// Properties returns all request properties that Kusto's documentation lists: those
// that mean something here first. The caller owns the slice.
func Properties() []Property {
	return append(effective(), withoutEffect()...)
}

func effective() []Property {
	return []Property{
		{Name: "best_effort", Type: types.Bool, Effect: "A union leaves out what does not exist, as with isfuzzy=true."},
		{Name: "max_memory_consumption_per_query_per_node", Type: types.Long, Effect: "Limits the memory of the query, in bytes, below what it may have anyway.", apply: setMemory},
		{Name: "maxmemoryconsumptionperiterator", Type: types.Long, Effect: "Limits the memory of the query, in bytes, below what it may have anyway.", apply: setMemory},
		{Name: "maxoutputcolumns", Type: types.Long, Effect: "Ends the query with an error if a result has more columns.",
			apply: func(s *settings, v propertyValue) { s.maxColumns = lower(s.maxColumns, v.n) }},
		{Name: "norequesttimeout", Type: types.Bool, Effect: "The query has as much time as it may have anyway.", RequestOnly: true,
			apply: func(s *settings, v propertyValue) { s.noTimeout = v.n != 0 }},
		{Name: "notruncation", Type: types.Bool, Effect: "The answer is not limited in rows and bytes, unless it is by another property.",
			apply: func(s *settings, v propertyValue) { s.noTruncation = v.n != 0 }},
		{Name: "query_bin_auto_at", Effect: "A point that the bins of bin_auto() begin at."},
		{Name: "query_bin_auto_size", Effect: "The size of the bins of bin_auto()."},
		{Name: "query_datetimescope_column", Type: types.String, Effect: "The column that query_datetimescope_from and query_datetimescope_to are about.",
			apply: func(s *settings, v propertyValue) { s.scope.column = v.text }},
		{Name: "query_datetimescope_from", Type: types.DateTime, Effect: "Tables have no rows with an earlier time.",
			apply: func(s *settings, v propertyValue) { s.scope.from, s.scope.hasFrom = v.n, true }},
		{Name: "query_datetimescope_to", Type: types.DateTime, Effect: "Tables have no rows with a later time.",
			apply: func(s *settings, v propertyValue) { s.scope.to, s.scope.hasTo = v.n, true }},
		{Name: "query_language", Type: types.String, Effect: "The language of the text: only KQL is understood here.", RequestOnly: true, Words: []string{"csl", "kql"}},
		{Name: "query_now", Type: types.DateTime, Effect: "The query's now().",
			apply: func(s *settings, v propertyValue) { s.now, s.hasNow = v.n, true }},
		{Name: "query_results_apply_getschema", Type: types.Bool, Effect: "Answers with the columns of each result instead of its rows."},
		{Name: "query_take_max_records", Type: types.Long, Effect: "Answers with no more rows than this of each result.",
			apply: func(s *settings, v propertyValue) { s.takeRows = lower(s.takeRows, v.n) }},
		{Name: "servertimeout", Type: types.TimeSpan, Effect: "Ends the query with an error after this time, in which it is compiled, too.", RequestOnly: true,
			apply: func(s *settings, v propertyValue) { s.timeout = lower(s.timeout, v.n) }},
		{Name: "truncationmaxrecords", Type: types.Long, Effect: "Ends the query with an error if a result has more rows.",
			apply: func(s *settings, v propertyValue) { s.maxRows = lower(s.maxRows, v.n) }},
		{Name: "truncationmaxsize", Type: types.Long, Effect: "Ends the query with an error if a result has more bytes.",
			apply: func(s *settings, v propertyValue) { s.maxBytes = lower(s.maxBytes, v.n) }},
	}
}

// withoutEffect are the properties that are about what is not here: nodes, caches,
// cursors, sandboxes, the protocol.
func withoutEffect() []Property {
	var out []Property
	add := func(t types.Type, why string, requestOnly bool, names ...string) {
		for _, n := range names {
			out = append(out, Property{Name: n, Type: t, Effect: "No effect: " + why + ".", RequestOnly: requestOnly, None: true})
		}
	}
	const (
		oneNode   = "the query runs on one machine"
		noCache   = "results are not cached"
		noCursor  = "there are no cursors"
		noViews   = "there are no materialized views"
		noSandbox = "there is no sandbox"
		noAccess  = "tables have no access rules"
		noRemote  = "nothing beyond this machine is read"
		byClient  = "it is about the connection, not the query"
		readsOnly = "a query changes nothing"
		planner   = "the optimizer decides by itself"
	)
	add(types.Long, byClient, false, "client_max_redirect_count", "query_results_progressive_row_count")
	add(types.Bool, byClient, false, "client_results_reader_allow_varying_row_widths", "deferpartialqueryfailures", "results_v2_newlines_between_frames")
	add(types.Bool, byClient, true, "results_progressive_enabled", "results_v2_fragment_primary_tables", "query_log_query_parameters")
	add(types.TimeSpan, byClient, false, "query_results_progressive_update_period")
	add(types.String, byClient, false, "request_description", "results_error_reporting_placement")
	add(types.String, byClient, true, "request_app_name", "request_user")
	add(types.Dynamic, noViews, false, "materialized_view_shuffle_query", "materialized_view_shuffle")
	add(types.Bool, planner, false, "push_selection_through_aggregation", "query_optimize_fts_at_relop")
	add(types.String, noCursor, false, "query_cursor_after_default", "query_cursor_before_or_at_default", "query_cursor_current")
	add(types.Bool, noCursor, false, "query_cursor_disabled")
	add(types.Dynamic, noCursor, false, "query_cursor_scoped_tables")
	add(types.Long, oneNode, false, "query_distribution_nodes_span", "query_fanout_nodes_percent", "query_fanout_threads_percent")
	add(types.Long, "a union may have any number of tables", false, "query_max_entities_in_union")
	add(types.String, oneNode, true, "queryconsistency", "query_weakconsistency_session_id")
	add(types.Bool, noSandbox, false, "query_python_debug", "request_sandboxed_execution_disabled")
	add(types.Bool, noCache, false, "query_results_cache_force_refresh", "query_results_cache_per_shard")
	add(types.TimeSpan, noCache, false, "query_results_cache_max_age")
	add(types.Bool, noAccess, false, "query_force_row_level_security", "request_block_row_level_security", "validatepermissions")
	add(types.Bool, noRemote, false, "request_callout_disabled", "request_external_data_disabled", "request_external_table_disabled", "request_impersonation_disabled", "request_remote_entities_disabled")
	add(types.Bool, readsOnly, true, "request_readonly", "request_readonly_hardline")
	out = append(out, Property{Name: "query_datascope", Type: types.String, Effect: "No effect: all data is equally near.", None: true, Words: []string{"default", "all", "hotcache"}})
	return out
}

// check says what is wrong with a value of p.
func (p Property) check(v propertyValue) error {
	switch {
	case p.Words != nil && !slices.Contains(p.Words, v.text):
		return fmt.Errorf("the request property '%s' is one of %s, not '%s'", p.Name, strings.Join(p.Words, ", "), v.text)
	case (p.Type == types.Long || p.Type == types.TimeSpan) && !p.None && v.n <= 0:
		return fmt.Errorf("the request property '%s' must be greater than zero", p.Name)
	}
	return nil
}

func setMemory(s *settings, v propertyValue) { s.memory = lower(s.memory, v.n) }

// lower returns the lower of two limits, of which 0 is none: a property that is set
// more than once counts with its lower value.
func lower(a, b int64) int64 {
	if a == 0 || b < a {
		return b
	}
	return a
}
