package bind

import (
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Findings about names.

// unknownName is KS142: a name of nothing.
//
// Example: print x = 1 | where y == 1
func unknownName(at syntax.Node, name, what string, known []string) syntax.Diagnostic {
	return fault("KS142", at, "the name '%s' does not refer to any known %s%s", name, what, didYouMean(name, known))
}

// noColumnLike is KS142: a pattern that matches no column.
//
// Example: print x = 1 | project-away y*
func noColumnLike(pattern *syntax.Ident) syntax.Diagnostic {
	return fault("KS142", pattern, "no column matches the pattern '%s'", pattern.Name)
}

// duplicateColumn is KS171: a name that an operator gives twice.
//
// Example: print x = 1, x = 2
func duplicateColumn(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS171", at, "a column with the name '%s' is already declared: choose another", name)
}

// unknownTableName is KS204: a name where a table must stand, of none.
//
// Example: NoSuchTable | take 1
func unknownTableName(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS204", at, "the name '%s' does not refer to any known table, tabular variable or function%s", name, didYouMean(name, known))
}

// clientParameter is KS213: a name in braces, in whose place a client such as a workbook
// puts a value before it sends the query.
//
// Example: print x = {Name}
func clientParameter(at *syntax.Ident) syntax.Diagnostic {
	return fault("KS213", at, "{%s} is a parameter that a workbook or dashboard replaces by a value: write that value, or a name without braces", at.Name)
}

// noTableLike is KS142: a pattern that matches no table.
//
// Example: union NoSuch*
func noTableLike(pattern *syntax.Ident) syntax.Diagnostic {
	return fault("KS142", pattern, "no table matches the pattern '%s'", pattern.Name)
}

// unknownFunction is KS211: a call of nothing.
//
// Example: print no_such_function(1)
func unknownFunction(at syntax.Node, name string, known []string) syntax.Diagnostic {
	return fault("KS211", at, "the name '%s' does not refer to any known function%s", name, didYouMean(name, known))
}

// argumentsNeeded is KS117: a function that is not called.
//
// Example: print x = now() - ago
func argumentsNeeded(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS117", at, "the function '%s' needs an argument list: write %s(…)", name, name)
}

// noMembers is KS142 for the member of something that has none.
//
// Example: print x = 1 | extend y = x.a
func noMembers(at syntax.Node, name string, t types.Type) syntax.Diagnostic {
	return fault("KS142", at, "a %s has no member '%s': only dynamic values have members, see parse_json(…)", t, name)
}

// memberOfTable is KS142 for a column that is asked of a table, as SQL has it.
//
// Example: let T = print a = 1; print b = 2 | where T.a == b
func memberOfTable(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS142", at, "the name '%s' does not refer to a column here: columns are written without their table's name, and after a join one of the right table that both have is %s1", name, name)
}

// unknownType is KS160: the name of no type.
//
// Example: datatable(x: number)[1]
func unknownType(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS160", at, "the name '%s' is not a type: write bool, int, long, real, decimal, string, datetime, timespan, guid or dynamic", name)
}

// alreadyDeclared is KS201: a second let of one name.
//
// Example: let a = 1; let a = 2; print a
func alreadyDeclared(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS201", at, "a variable with the name '%s' is already declared: choose another", name)
}

// unknownCatalog is KS208: a database, cluster or workspace that is not known.
//
// Example: database('nowhere').T
func unknownCatalog(at syntax.Node, kind, name string) syntax.Diagnostic {
	return fault("KS208", at, "the name '%s' does not refer to any known %s", name, kind)
}

// unresolvedColumn is KS142, a suggestion, for a column of a table that may have
// more columns than are known.
//
// Example: Loosely | where Unknown > 1
func unresolvedColumn(at syntax.Node, name string) syntax.Diagnostic {
	d := fault("KS142", at, "the column '%s' is not known to exist: the table has more columns than are known here", name)
	d.Severity = syntax.Suggestion
	return d
}

// unknownDirective is KS250: a line that begins with # and names none of the
// directives of Microsoft's tools.
//
// Example: #not a comment
func unknownDirective(at syntax.Node, name string) syntax.Diagnostic {
	return fault("KS250", at, "unknown directive '%s': a comment begins with //", name)
}

// noneFound is KS204 for a union with isfuzzy=true that has no part which exists.
// Microsoft's analyzer takes it; the engine wants at least one.
//
// Example: union isfuzzy=true Missing1, Missing2
func noneFound(at syntax.Node) syntax.Diagnostic {
	return fault("KS204", at, "none of the tables of the union exists: with isfuzzy=true at least one must")
}
