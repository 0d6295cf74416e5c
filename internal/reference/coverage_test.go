package reference

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// microsoft lists what Microsoft's language service names.
//
//go:embed microsoft.txt
var microsoft string

// A standing is how a name stands here.
type standing struct {
	missing bool
	refused string // why, empty if it is here
}

// microsoftNames returns the names of each kind in the list.
func microsoftNames() map[string][]string {
	names := map[string][]string{}
	kind := ""
	for line := range strings.Lines(microsoft) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if head, rest, ok := strings.Cut(line, ":"); ok {
			kind, line = head, rest
		}
		names[kind] = append(names[kind], strings.Fields(line)...)
	}
	return names
}

// coveragePage asks the engine about every name that Microsoft has.
func coveragePage(t *testing.T, e *kql.Engine) string {
	all := microsoftNames()
	var summary, details strings.Builder
	for _, kind := range []struct {
		word, title string
		stand       func(*testing.T, *kql.Engine, string) standing
	}{{"function", "Functions", functionStands}, {"aggregate", "Aggregates", aggregateStands}, {"plugin", "Plugins", pluginStands}} {
		var here, missing, refused []string
		for _, name := range all[kind.word] {
			switch s := kind.stand(t, e, name); {
			case s.missing:
				missing = append(missing, name)
			case s.refused != "":
				refused = append(refused, fmt.Sprintf("| `%s` | %s |\n", name, s.refused))
			default:
				here = append(here, name)
				if !described(e, name) {
					t.Errorf("%s %s is here, and nothing describes it: see kql/bind/special.go", kind.word, name)
				}
			}
		}
		fmt.Fprintf(&summary, "| %s | %d | %d | %d | %d |\n", kind.title, len(all[kind.word]), len(here), len(refused), len(missing))
		fmt.Fprintf(&details, "\n## %s\n\nHere:\n\n```\n%s```\n", kind.title, wrap(here))
		if len(refused) > 0 {
			fmt.Fprintf(&details, "\n| known by name and refused | why |\n|---|---|\n%s", strings.Join(refused, ""))
		}
		if len(missing) > 0 {
			fmt.Fprintf(&details, "\nMissing:\n\n```\n%s```\n", wrap(missing))
		}
	}
	return "# Coverage\n\n" + generated + `
The names are those of Microsoft's language service (npm @kusto/language-service-next 12.4.1), listed in ` + "`internal/reference/microsoft.txt`" + `; how they
stand is asked of the engine. A query with a missing name is refused with a diagnostic that names it.

| | Microsoft's | here | refused | missing |
|---|--:|--:|--:|--:|
` + summary.String() + details.String()
}

// described reports whether the engine says what a function or plugin does.
func described(e *kql.Engine, name string) bool {
	_, scalar := e.Functions().Scalar(name)
	_, aggregate := e.Functions().Aggregate(name)
	return scalar || aggregate || slices.ContainsFunc(e.Specials(), func(s bind.Special) bool { return s.Name == name })
}

// wrap sets names in lines.
func wrap(names []string) string {
	var b strings.Builder
	width := 0
	for i, name := range names {
		switch {
		case i == 0:
		case width+len(name) > 140:
			b.WriteString("\n")
			width = 0
		default:
			b.WriteString(" ")
		}
		b.WriteString(name)
		width += len(name) + 1
	}
	return b.String() + "\n"
}

// graph is a query that a call of a function of nodes or edges can end.
const graph = "datatable(a: long, b: long)[1, 2] | make-graph a --> b with_node_id = id | graph-match (x)-[p*1..2]->(y) "

func functionStands(t *testing.T, e *kql.Engine, name string) standing {
	if f, ok := e.Functions().Scalar(name); ok {
		return standing{refused: f.Unsupported}
	}
	// What the binder knows itself: functions of rows and tables, and of graphs.
	s := probe(e, fmt.Sprintf("print %s()", name), "KS211")
	for _, code := range []string{"KS209", "KS248", "KS260"} { // a name of what nothing here keeps
		if probe(e, fmt.Sprintf("%s('x')", name), code).missing {
			s.refused = "nothing keeps it"
		}
	}
	for _, end := range []string{"project r = %s(x)", "project r = %s(p, a)", "project r = %s(p, a > 0)", "project r = map(%s(p), id)"} {
		if s.missing && !wrong(e, graph+fmt.Sprintf(end, name)) {
			s.missing = false
		}
	}
	return withReason(t, name, s)
}

func aggregateStands(t *testing.T, e *kql.Engine, name string) standing {
	if _, ok := e.Functions().Aggregate(name); ok {
		return standing{}
	}
	return withReason(t, name, probe(e, fmt.Sprintf("print x = 1 | summarize %s(x)", name), "KS211"))
}

// pluginStands runs the plugin, for some are known by their columns only.
func pluginStands(t *testing.T, e *kql.Engine, name string) standing {
	if s := probe(e, fmt.Sprintf("print x = 1 | evaluate %s()", name), "KS124"); s.missing || s.refused != "" {
		return withReason(t, name, s)
	}
	text, ok := pluginCalls()[name]
	if !ok {
		t.Errorf("plugin %s: pluginCalls has no call of it", name)
		return standing{}
	}
	q, diags := e.Compile(text, kql.Tables{})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			t.Errorf("plugin %s: %s\n%s", name, d.Message, text)
			return standing{}
		}
	}
	now := types.DaysOfDate(2026, 3, 1) * types.TicksPerDay
	_, err := q.Run(context.Background(), kql.RunOptions{Now: now})
	switch {
	case err == nil:
		return standing{}
	}
	if _, why, ok := strings.Cut(err.Error(), " is not supported: "); ok {
		return standing{refused: why}
	}
	t.Errorf("plugin %s: %v\n%s", name, err, text)
	return standing{}
}

// probe compiles a text whose call of a name has no sensible arguments: unknown
// is the code for a name that means nothing.
func probe(e *kql.Engine, text, unknown string) standing {
	_, diags := e.Compile(text, kql.Tables{})
	has := func(code string) bool {
		return slices.ContainsFunc(diags, func(d syntax.Diagnostic) bool { return d.Code == code })
	}
	s := standing{missing: has(unknown)}
	if has("KS999") {
		s.refused = "not written"
	}
	return s
}

// wrong reports whether a query has an error.
func wrong(e *kql.Engine, text string) bool {
	_, diags := e.Compile(text, kql.Tables{})
	return slices.ContainsFunc(diags, func(d syntax.Diagnostic) bool { return d.Severity == syntax.Error })
}

// withReason adds why a name is refused, where there is more to it than that
// nobody wrote it.
func withReason(t *testing.T, name string, s standing) standing {
	why := reasonOf(name)
	if why != "" && !s.missing && s.refused == "" {
		t.Errorf("%s is here, and reasonOf says why it is not", name)
	}
	if s.refused != "" && why != "" {
		s.refused = why
	}
	return s
}
