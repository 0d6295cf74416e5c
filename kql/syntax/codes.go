package syntax

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// One constructor per finding of the parser, with Microsoft's code. The line that begins with
// "Example:" is a text that has it; a test runs them all.

// missingText is KS001: a literal without its end.
//
// Example: print "abc
func missingText(at int, text string) Diagnostic {
	return mistake("KS001", at, at, "the literal is not closed: write "+text+" here")
}

// unexpectedCharacter is KS002: a character outside the language.
//
// Example: print 1 \ 2
func unexpectedCharacter(pos, end int, text string) Diagnostic {
	if !utf8.ValidString(text) {
		text = strconv.Quote(text)
	}
	return mistake("KS002", pos, end,
		"unexpected character "+text+": remove it, or put the name that holds it in ['…']")
}

// expected is KS005: a word or mark that the grammar wants here.
//
// Example: print f(1
func expected(at int, words ...string) Diagnostic {
	if len(words) == 1 {
		return mistake("KS005", at, at, "expected "+words[0]+" here")
	}
	return mistake("KS005", at, at, "expected one of "+strings.Join(words, ", ")+" here")
}

// missing is KS006: a part of a construct that is not there.
//
// Example: T | where
func missing(at int, what string) Diagnostic {
	return mistake("KS006", at, at, "missing "+what+": write "+article(what)+" here")
}

// missingBeforeKeyword is KS006 where a keyword stands in the place of a name.
//
// Example: print project
func missingBeforeKeyword(at int, what, keyword string) Diagnostic {
	return mistake("KS006", at, at,
		"missing "+what+": if "+keyword+" is meant to be a name, write ['"+keyword+"']")
}

func article(what string) string {
	if strings.IndexByte("aeiou", what[0]) >= 0 {
		return "an " + what
	}
	return "a " + what
}

// invalidType is KS160: a word in the place of a type that is none.
//
// Example: datatable(a:text)[1]
func invalidType(pos, end int, name string) Diagnostic {
	return mistake("KS160", pos, end, name+" is no type: write one of bool, int, long, real, "+
		"decimal, string, datetime, timespan, guid, dynamic")
}

// operatorExpected is KS176: no operator after a pipe.
//
// Example: T | wher x == 1
func operatorExpected(pos, end int, word string) Diagnostic {
	if word == "" {
		return mistake("KS176", pos, end, "expected a query operator such as where, project or summarize after |")
	}
	if like := suggestOperator(word); like != "" {
		return mistake("KS176", pos, end, word+" is no query operator: write "+like+" if that is meant")
	}
	return mistake("KS176", pos, end, word+" is no query operator: write one such as where, project or summarize")
}

// incompleteFragment is KS198: text that belongs to nothing.
//
// Example: T | take 1 )
func incompleteFragment(pos, end int) Diagnostic {
	return mistake("KS198", pos, end, "this does not belong to what stands before it: remove it, or write the | or ; that is missing")
}

// rawGUID is KS214: a guid without its type.
//
// Example: print 01234567-89ab-cdef-0123-456789abcdef
func rawGUID(pos, end int, text string) Diagnostic {
	return mistake("KS214", pos, end, "a guid needs its type: write guid("+text+")")
}

// missingGraphPattern is KS217: graph-match without a pattern.
//
// Example: g | graph-match where a.x == 1 project a
func missingGraphPattern(at int) Diagnostic {
	return mistake("KS217", at, at, "missing graph pattern: write one such as (a)-[e]->(b) here")
}

// nameNeedsBrackets is KS228: a name that must be quoted.
//
// Example: T | extend kind = 1
func nameNeedsBrackets(pos, end int, name string) Diagnostic {
	return mistake("KS228", pos, end, name+" cannot be a name as it stands: write ['"+name+"']")
}

// missingGraphOutput is KS230: graph-to-table without what it is to give.
//
// Example: g | graph-to-table
func missingGraphOutput(at int) Diagnostic {
	return mistake("KS230", at, at, "graph-to-table gives nodes, edges or both: write nodes or edges here")
}

// tooDeep is KS245: more nesting than the parser follows.
//
// Example: print {2000*(}1{2000*)}
func tooDeep(at int) Diagnostic {
	return mistake("KS245", at, at, "the query is nested too deeply: move parts of it to let statements")
}

// missingDataFormat is KS253: an inline external table without its format.
//
// Example: inline_external_table (a:long) kind=storage ('x')
func missingDataFormat(at int) Diagnostic {
	return mistake("KS253", at, at, "missing data format: write dataformat=csv or another here")
}

// missingTableKind is KS254: an inline external table without its kind.
//
// Example: inline_external_table (a:long) dataformat=csv ('x')
func missingTableKind(at int) Diagnostic {
	return mistake("KS254", at, at, "missing kind: write kind=storage or kind=delta here")
}

// missingPathFormat is KS255: an empty path format.
//
// Example: inline_external_table (a:long) kind=storage pathformat=() dataformat=csv ('x')
func missingPathFormat(at int) Diagnostic {
	return mistake("KS255", at, at, "the path format is empty: write a partition column here")
}

// missingConnections is KS256: an inline external table without its places.
//
// Example: inline_external_table (a:long) kind=storage dataformat=csv
func missingConnections(at int) Diagnostic {
	return mistake("KS256", at, at, "missing connection strings: write ('…') here")
}

// unknownPathFormat is KS257: a path format with something else than columns and strings.
//
// Example: inline_external_table (a:long) kind=storage pathformat=(1) dataformat=csv ('x')
func unknownPathFormat(pos, end int) Diagnostic {
	return mistake("KS257", pos, end, "a path format holds partition columns, datetime_pattern(…) and strings only")
}

// wrongPartitionType is KS258: a partition column of a type that cannot be one.
//
// Example: inline_external_table (a:long) kind=storage partition by (p:real) dataformat=csv ('x')
func wrongPartitionType(pos, end int) Diagnostic {
	return mistake("KS258", pos, end, "a partition column is a datetime, long or string")
}

// missingCommand is KS300: a dot without a command.
//
// Example: . | take 1
func missingCommand(at int) Diagnostic {
	return mistake("KS300", at, at, "missing command: write one such as show tables behind the dot")
}
