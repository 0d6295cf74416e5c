package reference

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
)

const generated = "<!-- Written by internal/reference from the declarations in kql/builtin: change those. -->\n"

// An entry is a scalar function, an operator or an aggregate as its page shows it.
type entry struct {
	name, doc, obsolete string
	signatures          []string
	notes               []string
	examples            []string
}

// familyPages returns the page of each family with anything to show, and the
// index of them.
func familyPages(r *function.Registry) map[string]string {
	pages := map[string]string{}
	var index strings.Builder
	index.WriteString("# Functions of KQL\n\n" + generated + `
What each function, operator and aggregate takes, returns and answers. A parameter's type is one of KQL's, several joined by ` + "`|`" + `, or
` + "`integer`, `number`, `summable` (numbers and timespans), `orderable` (all but dynamic), `scalar` (all)" + `. Parameters with the same capital letter take one
type. ` + "`?`" + ` marks what may be left out, ` + "`...`" + ` what repeats (once or more), ` + "`const`" + ` what must not depend on the row (` + "`literal`" + ` is usually written out). Tests run every example.

What Microsoft has and how far it is here: [coverage](coverage.md). What a request can set: [request properties](request-properties.md).
What can be asked of a store: [management commands](commands.md).

| family | functions |
|---|---|
`)
	for _, f := range r.Families() {
		entries := entriesOf(f)
		if len(entries) == 0 {
			continue
		}
		name := fileName(f.Title)
		pages[name] = page(f.Title, entries)
		fmt.Fprintf(&index, "| [%s](%s) | %s |\n", f.Title, name, names(entries))
	}
	pages["README.md"] = index.String()
	return pages
}

// entriesOf returns what the page of f shows: all but what is hidden, but for
// obsolete names, which users meet in old queries.
func entriesOf(f function.Family) []entry {
	var out []entry
	for i := range f.Scalars {
		s := &f.Scalars[i]
		if s.Hidden && s.Obsolete == "" {
			continue
		}
		e := entry{name: s.Name(), doc: s.Doc, obsolete: s.Obsolete, examples: s.Examples, notes: notesOf(s)}
		for _, o := range s.Overloads {
			e.signatures = append(e.signatures, o.Sig)
		}
		out = append(out, e)
	}
	for i := range f.Aggregates {
		a := &f.Aggregates[i]
		if a.Hidden && a.Obsolete == "" {
			continue
		}
		e := entry{name: a.Name(), doc: a.Doc, obsolete: a.Obsolete}
		for _, o := range a.Overloads {
			e.signatures = append(e.signatures, o.Sig)
		}
		for _, x := range a.Examples {
			values, call, _ := strings.Cut(x, " | ")
			e.examples = append(e.examples, "x: "+values+"; "+call)
		}
		out = append(out, e)
	}
	return out
}

// notesOf returns what the signature of s leaves unsaid.
func notesOf(s *function.Scalar) []string {
	var notes []string
	if s.Unsupported != "" {
		return append(notes, "Not supported: "+s.Unsupported+".")
	}
	if s.Window {
		notes = append(notes, "Needs serialized rows: after `sort`, `serialize` or the like.")
	}
	if s.Tuple != "" {
		notes = append(notes, "Alone in `extend` or `project` it makes the columns ("+s.Tuple+").")
	}
	return notes
}

func page(title string, entries []entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s", title, generated)
	for _, e := range entries {
		fmt.Fprintf(&b, "\n## `%s`\n\n", e.name)
		if e.obsolete != "" {
			fmt.Fprintf(&b, "**Obsolete**: write `%s` instead. ", e.obsolete)
		}
		b.WriteString(strings.Join(append([]string{e.doc}, e.notes...), " "))
		b.WriteString("\n\n```\n")
		for _, s := range e.signatures {
			b.WriteString(s + "\n")
		}
		b.WriteString("```\n")
		if len(e.examples) > 0 {
			b.WriteString("\n```kql\n")
			for _, x := range e.examples {
				b.WriteString(x + "\n")
			}
			b.WriteString("```\n")
		}
	}
	return b.String()
}

// fileName turns a title into the name of its page.
func fileName(title string) string {
	return strings.ReplaceAll(strings.ToLower(title), " ", "-") + ".md"
}

// names lists the entries for the index; a bar would end the table's cell.
func names(entries []entry) string {
	var out []string
	for _, e := range entries {
		if e.obsolete == "" {
			out = append(out, "`"+strings.ReplaceAll(e.name, "|", "\\|")+"`")
		}
	}
	return strings.Join(out, ", ")
}
