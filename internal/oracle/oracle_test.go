package oracle

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
)

var update = flag.Bool("update", false, "take the differences that are gone off differences.txt")

// A query has a key that stays the same while others come and go.
type query struct {
	key, text string
}

// A verdict is what an analyzer says of a query.
type verdict struct {
	// Syntax and Errors are the codes of the errors: the parser's, and all.
	Syntax, Errors []string
	// Places are where the parser's errors begin and end; only theirs.
	Places [][2]int
	// Columns are the columns of the last result, "name: type"; nil where they
	// are not all known.
	Columns []string
	// Died is the exception that ended an analyzer.
	Died string
}

// TestVerdicts compares our verdicts with Microsoft's.
func TestVerdicts(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	queries := allQueries(t, engine)
	theirs := analyzeAll(t, queries)
	known := readDifferences(t)
	found := map[string]bool{}
	for i, q := range queries {
		if theirs[i].Died != "" {
			t.Logf("%s: their analyzer died: %s", q.key, theirs[i].Died)
			continue
		}
		why := difference(ours(engine, q.text), theirs[i])
		if why == "" {
			continue
		}
		line := q.key + ": " + why
		found[line] = true
		if !known.has(line) {
			t.Errorf("%s\n%s\nours %+v\ntheirs %+v", line, q.text, ours(engine, q.text), theirs[i])
		}
	}
	gone := known.without(found)
	switch {
	case len(gone) > 0 && *update:
		known.write(t, found)
	case len(gone) > 0:
		t.Errorf("differences that are gone: take them off %s (-update):\n%s", differencesFile, strings.Join(gone, "\n"))
	}
	t.Logf("%d queries, %d differences", len(queries), len(found))
}

// ours returns our verdict on a query without tables.
func ours(e *kql.Engine, text string) verdict {
	q, diags := e.Check(text, kql.Tables{})
	var v verdict
	for i, d := range diags {
		if d.Severity != syntax.Error {
			continue
		}
		v.Errors = append(v.Errors, d.Code)
		if i < q.SyntaxErrors() {
			v.Syntax = append(v.Syntax, d.Code)
		}
	}
	if results := q.Results(); len(results) > 0 {
		for _, c := range results[len(results)-1].Visible().Columns {
			v.Columns = append(v.Columns, c.Name+": "+c.Type.String())
		}
	}
	return v
}

// difference says in a few words how two verdicts differ, "" if they don't.
func difference(ours, theirs verdict) string {
	switch {
	case len(ours.Syntax) == 0 && len(theirs.Syntax) > 0 && len(ours.Errors) == 0:
		return "parsed here, there " + distinct(theirs.Syntax)
	case len(ours.Syntax) > 0 && len(theirs.Syntax) == 0 && len(theirs.Errors) == 0:
		return "parsed there, here " + distinct(ours.Syntax)
	case len(ours.Errors) == 0 && len(theirs.Errors) > 0:
		return "accepted here, there " + distinct(theirs.Errors)
	case len(ours.Errors) > 0 && len(theirs.Errors) == 0:
		return "accepted there, here " + distinct(ours.Errors)
	case len(ours.Errors) > 0 || theirs.Columns == nil:
		return ""
	}
	return columnsDiffer(ours.Columns, theirs.Columns)
}

func columnsDiffer(ours, theirs []string) string {
	if len(ours) != len(theirs) {
		return fmt.Sprintf("%d columns here, %d there", len(ours), len(theirs))
	}
	for i, o := range ours {
		// Their analyzer gives some columns no type, and tells kinds of dynamic apart.
		name, typ, _ := strings.Cut(theirs[i], ": ")
		if strings.HasPrefix(typ, "dynamic") {
			typ = "dynamic"
		}
		if typ == "unknown" && strings.HasPrefix(o, name+": ") {
			continue
		}
		if o != name+": "+typ {
			return fmt.Sprintf("%s here, %s: %s there", o, name, typ)
		}
	}
	return ""
}

func distinct(codes []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(codes))), " ")
}
