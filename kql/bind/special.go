package bind

import "strings"

// A Special is a function or plugin that the binder understands itself, because what
// it means depends on tables, on the columns of the row or on a graph.
type Special struct {
	Name, Sig, Doc string
	// Plugin says that it is called with evaluate.
	Plugin bool
}

// Specials describes all of them, the functions first, by name. Those that are
// refused when they are called are left out.
func Specials() []Special {
	return append(specialFunctions(), specialPlugins()...)
}

func specialFunctions() []Special {
	return []Special{
		{Name: "all", Sig: "all(path, condition): bool", Doc: "Tells whether a condition holds for every edge or inner node of a path of graph-match."},
		{Name: "cluster", Sig: "cluster(name)", Doc: "Names the cluster of a database or table, as cluster('c').database('d').T."},
		{Name: "column_ifexists", Sig: "column_ifexists(name, default)", Doc: "Returns the column of that name, or the default where the rows have none."},
		{Name: "column_names_of", Sig: "column_names_of(table): dynamic", Doc: "Lists the names of a table's columns."},
		{Name: "columnifexists", Sig: "columnifexists(name, default)", Doc: "The older name of column_ifexists()."},
		{Name: "database", Sig: "database(name)", Doc: "Names the database of a table, as database('d').T."},
		{Name: "datatable", Sig: "datatable(name: type, …)[value, …]", Doc: "Makes a table of values in the text."},
		{Name: "externaldata", Sig: "externaldata(name: type, …)[address, …] with (format=…)", Doc: "Reads a table from files; from local ones here, which --externaldata names."},
		{Name: "inner_nodes", Sig: "inner_nodes(path)", Doc: "Stands for the nodes between the ends of a path, in all(), any() and map()."},
		{Name: "iscolumnexists", Sig: "iscolumnexists(name): bool", Doc: "Tells whether the rows have a column of that name."},
		{Name: "labels", Sig: "labels(element): dynamic", Doc: "Lists the labels of a node or an edge of a graph."},
		{Name: "map", Sig: "map(path, expression): dynamic", Doc: "Lists the values of an expression over the edges or inner nodes of a path."},
		{Name: "materialize", Sig: "materialize(query)", Doc: "Keeps the result of a query, so that it is computed once."},
		{Name: "materialized_view", Sig: "materialized_view(name)", Doc: "Reads a view by its name, as table() does."},
		{Name: "node_degree_in", Sig: "node_degree_in(node): long", Doc: "Counts the edges that lead to a node of a graph."},
		{Name: "node_degree_out", Sig: "node_degree_out(node): long", Doc: "Counts the edges that lead from a node of a graph."},
		{Name: "node_id", Sig: "node_id(node)", Doc: "Returns the identifier of a node of a graph."},
		{Name: "table", Sig: "table(name)", Doc: "Reads a table by its name."},
		{Name: "toscalar", Sig: "toscalar(query)", Doc: "Gives the first value of the first row of a query."},
		{Name: "totable", Sig: "totable(query)", Doc: "Makes a table of a query."},
	}
}

func specialPlugins() []Special {
	plugin := func(sig, doc string) Special {
		name, _, _ := strings.Cut(sig, "(")
		return Special{Name: name, Sig: sig, Doc: doc, Plugin: true}
	}
	return []Special{
		plugin("active_users_count(id, time, start, end, lookBack, period, activePeriods, bin, …)", "Counts, for each bin, the ids that were active in a number of periods before."),
		plugin("activity_counts_metrics(id, time, start, end, step, …)", "Counts events, ids and new ids of each step, and of all steps up to it."),
		plugin("activity_engagement(id, time, inner, outer, …)", "Divides the ids active within a window by those active within a longer one."),
		plugin("activity_metrics(id, time, start, end, step, …)", "Says of each step how many ids are there, are new, stayed and left."),
		plugin("autocluster(sizeWeight, weightColumn, numSeeds, wildcard, …)", "Finds patterns of values that are common and cover many rows."),
		plugin("bag_unpack(bag, prefix, conflict, ignored)", "Makes a column of each key of a bag."),
		plugin("basket(threshold, weightColumn, maxDimensions, wildcard, …)", "Finds all patterns of values that are frequent enough."),
		plugin("dcount_intersect(hll, hll, …)", "Estimates how many values several sketches of hll() have in common."),
		plugin("diffpatterns(column, valueA, valueB, weightColumn, threshold, …)", "Finds patterns of values that tell two sets of rows apart."),
		plugin("estimate_rows_count()", "Says about how many rows there are."),
		plugin("funnel_sequence(id, time, start, end, maxStep, step, state, sequence)", "Counts the ids that went through a sequence of states, and what came before and after."),
		plugin("funnel_sequence_completion(id, time, start, end, step, state, sequence, windows)", "Counts the ids that completed each step of a sequence within windows of time."),
		plugin("geo_line_lookup(table, line, longitude, latitude, radius, …)", "Looks up the lines that are near a point."),
		plugin("geo_polygon_lookup(table, polygon, longitude, latitude, …)", "Looks up the polygons that a point is in."),
		plugin("identity()", "Returns the rows as they are."),
		plugin("ipv4_lookup(table, address, network, …)", "Looks up the networks that an IPv4 address is in."),
		plugin("ipv6_lookup(table, address, network, …)", "Looks up the networks that an IPv6 address is in."),
		plugin("narrow()", "Makes a row of each value: its row, its column and its text."),
		plugin("new_activity_metrics(id, time, start, end, step, …)", "Follows the ids that were new in each step: how many stayed and left."),
		plugin("pivot(column, aggregate, …)", "Makes a column of each value of one, filled with an aggregate."),
		plugin("preview(rows)", "Returns the first rows, and the number of all of them."),
		plugin("rolling_percentile(value, percentile, index, binSize, binsPerWindow, …)", "Takes a percentile over a window that moves with the bins."),
		plugin("rows_near(condition, rows, …)", "Keeps the rows where a condition holds and a number of rows around them."),
		plugin("schema_merge(preserveOrder)", "Merges the schemas that rows describe into one."),
		plugin("sequence_detect(time, maxStep, maxSpan, step, step, …, id)", "Finds sequences of conditions that hold one after the other."),
		plugin("session_count(id, time, start, end, bin, lookBack, …)", "Counts the sessions of each bin: a session ends where an id pauses."),
		plugin("sliding_window_counts(id, time, start, end, lookBack, bin, …)", "Counts events and ids of a window that moves with the bins."),
	}
}
