package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// extractions are the functions that take groups of a regular expression out of
// a text.
func extractions() function.Family {
	all := func(name string) []function.Overload {
		return []function.Overload{
			{
				Sig:    name + "(regex: const string, source: string): dynamic",
				Kernel: rowKernel([]types.Type{types.String, types.String}, types.Dynamic, extractAllRows),
			},
			{
				Sig:    name + "(regex: const string, captureGroups: array, source: string): dynamic",
				Kernel: rowKernel([]types.Type{types.String, types.Dynamic, types.String}, types.Dynamic, extractAllRows),
			},
		}
	}
	return function.Family{Title: "Extracting from strings", Scalars: []function.Scalar{
		{
			Doc: "Returns a group of the first match of a regular expression, 0 being the whole match; empty if there is no match.",
			Overloads: []function.Overload{{
				Sig:    "extract(regex: const string, captureGroup: long, source: string): string",
				Kernel: extractKernel(),
			}},
			Check:    checkRegex(0),
			Typed:    true,
			Examples: []string{`extract("x=([0-9.]+)", 1, "hello x=45.6|wo") -> 45.6`, `extract(@"(\d+)", 1, "none") -> `},
		},
		{
			Doc:       "Returns the groups of all matches of a regular expression: an array of texts for one group, else an array of arrays; null if there is no match.",
			Overloads: all("extract_all"),
			Check:     checkRegex(0),
			Examples:  []string{`extract_all(@"([a-z])(\d)", "a1 b2") -> [["a","1"],["b","2"]]`, `extract_all(@"(\d+)", "1, 23") -> ["1","23"]`},
		},
		{
			Doc:       "Returns the groups of all matches of a regular expression.",
			Overloads: all("extractall"),
			Check:     checkRegex(0),
			Examples:  []string{`extractall(@"(\d+)", "1, 23") -> ["1","23"]`},
			Hidden:    true, Obsolete: "extract_all",
		},
	}}
}

// extractKernel keeps nothing of the texts: what it returns is parts of them.
func extractKernel() function.Kernel {
	k := rowKernel([]types.Type{types.String, types.Long, types.String}, types.String, extractRows)
	k.Transient = true
	return k
}

func extractRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	patterns, groups, text := column.ViewOf[string](args[0]), column.ViewOf[int64](args[1]), column.ViewOf[string](args[2])
	out := make([]string, n)
	pattern, constant := patterns.Const()
	if !constant && n > 0 {
		pattern = patterns.At(0)
	}
	m, err := regexFor(c, pattern)
	if err != nil {
		return nil, err
	}
	x := m.search()
	defer func() { x.done() }()
	for i := range out {
		if !constant {
			if m, err = regexFor(c, patterns.At(i)); err != nil {
				return nil, err
			}
			if m != x.m {
				x.done()
				x = m.search()
			}
		}
		g := groups.At(i)
		if groups.Null(i) || g < 0 || g > int64(m.groups()) {
			continue
		}
		s := text.At(i)
		if loc := x.find(s); loc != nil && loc[2*g] >= 0 {
			out[i] = s[loc[2*g]:loc[2*g+1]]
		}
	}
	return column.NewVec(c.Out, out, nil), nil
}

// maxExtractGroups is how many groups extract_all() takes.
//
// Source: the Kusto documentation, "extract_all()".
const maxExtractGroups = 16

// extractAllKey is the memo key of a pattern with a selection of its groups.
type extractAllKey struct{ pattern, groups string }

type extraction struct {
	m      *matcher
	groups []int
}

func extractAllRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	patterns, text := column.ViewOf[string](args[0]), column.ViewOf[string](args[len(args)-1])
	var selected column.View[dynamic.Value]
	if len(args) > 2 {
		selected = column.ViewOf[dynamic.Value](args[1])
	}
	out := make([]dynamic.Value, n)
	var rows, row dynamic.ArrayBuilder
	for i := range out {
		var sel dynamic.Value
		if len(args) > 2 {
			sel = selected.At(i)
		}
		pattern := patterns.At(i)
		x, err := function.Memoize(c, extractAllKey{pattern, sel.Encoding()}, func() (*extraction, error) {
			m, err := regexFor(c, pattern)
			if err != nil {
				return nil, err
			}
			groups, err := selectGroups(m, sel)
			return &extraction{m, groups}, err
		})
		if err != nil {
			return nil, err
		}
		out[i] = x.all(text.At(i), &rows, &row)
	}
	return column.NewVec(c.Out, out, nil), nil
}

// selectGroups returns the groups that sel names, by number or name: all if sel
// is null.
func selectGroups(m *matcher, sel dynamic.Value) ([]int, error) {
	if m.groups() < 1 || m.groups() > maxExtractGroups {
		return nil, fmt.Errorf("extract_all(): the regular expression has %d groups; it takes 1 to %d", m.groups(), maxExtractGroups)
	}
	var groups []int
	if sel.IsNull() {
		for g := 1; g <= m.groups(); g++ {
			groups = append(groups, g)
		}
		return groups, nil
	}
	for _, e := range sel.Elements() {
		if name, isName := e.AsString(); isName {
			g, ok := m.group(name)
			if !ok {
				return nil, fmt.Errorf("extract_all(): no group is named %q", name)
			}
			groups = append(groups, g)
			continue
		}
		g, ok := e.ToLong()
		if !ok || g < 1 || g > int64(m.groups()) {
			return nil, fmt.Errorf("extract_all(): no group %s", e)
		}
		groups = append(groups, int(g))
	}
	if groups == nil {
		return nil, fmt.Errorf("extract_all(): no groups in %s", sel.JSON())
	}
	return groups, nil
}

func (x *extraction) all(s string, rows, row *dynamic.ArrayBuilder) dynamic.Value {
	matches := x.m.findAll(s)
	if matches == nil {
		return dynamic.Value{}
	}
	group := func(loc []int, g int) string {
		if loc[2*g] < 0 {
			return ""
		}
		return s[loc[2*g]:loc[2*g+1]]
	}
	for _, loc := range matches {
		if len(x.groups) == 1 {
			rows.AppendString(group(loc, x.groups[0]))
			continue
		}
		for _, g := range x.groups {
			row.AppendString(group(loc, g))
		}
		rows.Append(row.Value())
	}
	return rows.Value()
}
