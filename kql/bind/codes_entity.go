package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// entityExpected is KS216: something else where an entity of a group must stand.
//
// Example: macro-expand entity_group [5] as X (print 1)
func entityExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS216", at, "a cluster, a database or a table must stand here, as in database('name')")
}

// databaseExpected is KS114: something else where a database must stand.
//
// Example: alias database d = 5; print 1
func databaseExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS114", at, "a database must stand here, as in cluster('address').database('name')")
}

// unknownEntityGroup is KS247: a stored group, which no catalog here has.
//
// Example: macro-expand entity_group('servers') as X (print 1)
func unknownEntityGroup(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS247", at, "the name '%s' does not refer to any known entity group: list its entities, let %[1]s = entity_group [database('a'), database('b')]", name)
}

// unknownExternalTable is KS209: an external table, which no catalog here has.
//
// Example: external_table('feed') | count
func unknownExternalTable(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS209", at, "the name '%s' does not refer to any known external table: read its files as a table, with -d NAME=PATH, or with externaldata", name)
}

// unknownStoredResult is KS248: a stored query result, which nothing here keeps.
//
// Example: stored_query_result('daily') | count
func unknownStoredResult(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS248", at, "the name '%s' does not refer to any known stored query result: put its query into a saved function, or its rows into a file", name)
}

// unknownGraph is KS260: a graph model, which nothing here keeps.
//
// Example: graph('paths') | graph-to-table nodes
func unknownGraph(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS260", at, "the name '%s' does not refer to any known graph model: make the graph within the query, with make-graph", name)
}

// noEntities is KS999: a group of which nothing is there.
//
// Example: macro-expand isfuzzy=true entity_group [nowhere] as X (X)
func noEntities(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "none of the entities exists")
}

// oneTableExpected is KS999: a subquery of macro-expand that is not one table after
// any number of lets.
//
// Example: let T = datatable(x: long)[]; macro-expand entity_group [T] as X (X; X)
func oneTableExpected(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "the subquery must be one tabular expression, after any let statements")
}

// restricted is KS999: a function whose rows `restrict access` does not name.
//
// Example: let f = () { print x = 1 }; let g = () { print y = 2 }; restrict access to (f); g
func restricted(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "restrict access to (…) does not name this")
}
