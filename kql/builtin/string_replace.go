package builtin

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// replacements are the functions that replace or trim parts of a text.
func replacements() function.Family {
	threeTexts := []types.Type{types.String, types.String, types.String}
	return function.Family{Title: "Replacing in strings", Scalars: []function.Scalar{
		{
			Doc: "Replaces all occurrences of a text by another.",
			Overloads: []function.Overload{{
				Sig: "replace_string(text: string, lookup: string, rewrite: string): string",
				Kernel: function.Map3(types.String, types.String, types.String, types.String, func(s, lookup, rewrite string) string {
					if lookup == "" {
						return s
					}
					return strings.ReplaceAll(s, lookup, rewrite)
				}),
			}},
			Examples: []string{`replace_string("a cat", "cat", "dog") -> a dog`},
		},
		{
			Doc: "Replaces all occurrences of several texts, each by the one at the same position; earlier ones win.",
			Overloads: []function.Overload{{
				Sig:    "replace_strings(text: string, lookups: array, rewrites: array): string",
				Kernel: rowKernel([]types.Type{types.String, types.Dynamic, types.Dynamic}, types.String, replaceStringsRows),
			}},
			Examples: []string{`replace_strings("This is", dynamic(["is", "This"]), dynamic(["was", "That"])) -> Thwas was`},
		},
		{
			Doc: `Replaces all matches of a regular expression; \1 to \9 in the replacement stand for its groups, \0 for the match.`,
			Overloads: []function.Overload{{
				Sig:    "replace_regex(source: string, lookup_regex: const string, rewrite_pattern: const string): string",
				Kernel: rowKernel(threeTexts, types.String, replaceRegexRows(0, 1, 2)),
			}},
			Check:    checkRegex(1),
			Examples: []string{`replace_regex("Number is 1", @"is (\d+)", @"was: \1") -> Number was: 1`},
		},
		{
			Doc: "Replaces all matches of a regular expression.",
			Overloads: []function.Overload{{
				Sig:    "replace(regex: const string, rewrite: const string, source: string): string",
				Kernel: rowKernel(threeTexts, types.String, replaceRegexRows(2, 0, 1)),
			}},
			Check:    checkRegex(0),
			Examples: []string{`replace("b", "x", "abc") -> axc`},
			Hidden:   true, Obsolete: "replace_regex",
		},
		{
			Doc: "Replaces each character of a text that is in a list by the one at the same place in another; characters beyond its end by its last.",
			Overloads: []function.Overload{{
				Sig:    "translate(searchList: string, replacementList: string, source: string): string",
				Kernel: function.Map3(types.String, types.String, types.String, types.String, translateText),
			}},
			Examples: []string{`translate("krasp", "otsku", "spark") -> kusto`, `translate("abc", "", "ab") -> `},
		},
		trimFunction("trim", "Removes one match of a regular expression from each end of a text.", anchorStart, anchorEnd, `trim("--", "--a--") -> a`),
		trimFunction("trim_start", "Removes one match of a regular expression from the beginning of a text.", anchorStart, anchorStart, `trim_start("-+", "--a--") -> a--`),
		trimFunction("trim_end", "Removes one match of a regular expression from the end of a text.", anchorEnd, anchorEnd, `trim_end(@"\s+", "a  ") -> a`),
		textFunction("regex_quote(string: scalar): string", "Escapes what has a meaning in regular expressions.", regexp.QuoteMeta, `regex_quote("(a.b)") -> \(a\.b\)`),
	}}
}

// trimFunction declares a function that cuts one match off each of the ends
// given: the beginning first, for that may leave nothing for the end.
func trimFunction(name, doc string, from, to anchor, example string) function.Scalar {
	loop := func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		pattern, text := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
		out := make([]string, n)
		for i := range out {
			s := text.At(i)
			for at := from; at <= to; at++ {
				m, err := anchoredRegexFor(c, pattern.At(i), at)
				if err != nil {
					return nil, err
				}
				start, end, ok := m.findSpan(s)
				switch {
				case !ok:
				case at == anchorStart:
					s = s[end:]
				default:
					s = s[:start]
				}
			}
			out[i] = s
		}
		return column.NewVec(c.Out, out, nil), nil
	}
	return function.Scalar{
		Doc: doc,
		Overloads: []function.Overload{{
			Sig:    name + "(regex: const string, source: string): string",
			Kernel: rowKernel([]types.Type{types.String, types.String}, types.String, loop),
		}},
		Check:    checkRegex(0),
		Examples: []string{example},
	}
}

// replaceRegexRows returns the loop whose source, pattern and rewrite are the
// arguments at the positions given.
func replaceRegexRows(source, pattern, rewrite int) func(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		text, patterns, rewrites := column.ViewOf[string](args[source]), column.ViewOf[string](args[pattern]), column.ViewOf[string](args[rewrite])
		out := make([]string, n)
		var buf []byte
		for i := range out {
			m, err := regexFor(c, patterns.At(i))
			if err != nil {
				return nil, err
			}
			s := text.At(i)
			matches := m.findAll(s)
			if matches == nil {
				out[i] = s
				continue
			}
			buf = appendReplaced(buf[:0], s, matches, rewrites.At(i))
			out[i] = string(buf)
		}
		return column.NewVec(c.Out, out, nil), nil
	}
}

func appendReplaced(buf []byte, s string, matches [][]int, rewrite string) []byte {
	last := 0
	for _, loc := range matches {
		buf = append(buf, s[last:loc[0]]...)
		buf = appendRewrite(buf, s, loc, rewrite)
		last = loc[1]
	}
	return append(buf, s[last:]...)
}

// appendRewrite appends rewrite with \0 to \9 replaced by groups of the match at
// loc; groups that are not there are empty, and \\ is a backslash.
func appendRewrite(buf []byte, s string, loc []int, rewrite string) []byte {
	for i := 0; i < len(rewrite); i++ {
		c := rewrite[i]
		if c != '\\' || i+1 == len(rewrite) {
			buf = append(buf, c)
			continue
		}
		i++
		switch g := 2 * int(rewrite[i]-'0'); {
		case rewrite[i] == '\\':
			buf = append(buf, '\\')
		case rewrite[i] < '0' || rewrite[i] > '9':
			buf = append(buf, '\\', rewrite[i])
		case g+1 < len(loc) && loc[g] >= 0:
			buf = append(buf, s[loc[g]:loc[g+1]]...)
		}
	}
	return buf
}

// translateText is translate().
//
// Source: the Kusto documentation, "translate()".
func translateText(search, replacement, s string) string {
	from, to := []rune(search), []rune(replacement)
	if !strings.ContainsAny(s, search) {
		return s
	}
	return strings.Map(func(r rune) rune {
		for i, f := range from {
			if f != r {
				continue
			}
			if len(to) == 0 {
				return -1
			}
			return to[min(i, len(to)-1)]
		}
		return r
	}, s)
}

// replaceStringsKey is the memo key of a list of lookups and rewrites.
type replaceStringsKey struct{ lookups, rewrites string }

// A rewriteRule replaces one text; not ok keeps it, as an element of the
// rewrites that is no string does.
type rewriteRule struct {
	lookup, rewrite string
	ok              bool
}

func replaceStringsRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	text := column.ViewOf[string](args[0])
	lookups, rewrites := column.ViewOf[dynamic.Value](args[1]), column.ViewOf[dynamic.Value](args[2])
	out := make([]string, n)
	for i := range out {
		l, r := lookups.At(i), rewrites.At(i)
		rules, err := function.Memoize(c, replaceStringsKey{l.Encoding(), r.Encoding()}, func() ([]rewriteRule, error) { return rewriteRules(l, r) })
		if err != nil {
			return nil, err
		}
		out[i] = replaceStrings(text.At(i), rules)
	}
	return column.NewVec(c.Out, out, nil), nil
}

func rewriteRules(lookups, rewrites dynamic.Value) ([]rewriteRule, error) {
	if lookups.Len() != rewrites.Len() {
		return nil, fmt.Errorf("replace_strings(): %d texts to look for, but %d replacements", lookups.Len(), rewrites.Len())
	}
	var rules []rewriteRule
	for i, l := range lookups.Elements() {
		lookup, isText := l.AsString()
		if !isText || lookup == "" {
			continue
		}
		rewrite, ok := rewrites.Index(i).AsString()
		rules = append(rules, rewriteRule{lookup, rewrite, ok})
	}
	return rules, nil
}

// replaceStrings applies the rules to s in turn, each where no rule before it
// has matched.
func replaceStrings(s string, rules []rewriteRule) string {
	var buf strings.Builder
	appendRewritten(&buf, s, rules)
	return buf.String()
}

func appendRewritten(buf *strings.Builder, s string, rules []rewriteRule) {
	if len(rules) == 0 {
		buf.WriteString(s)
		return
	}
	rule := rules[0]
	if !rule.ok {
		rule.rewrite = rule.lookup
	}
	for {
		before, after, found := strings.Cut(s, rule.lookup)
		appendRewritten(buf, before, rules[1:])
		if !found {
			return
		}
		buf.WriteString(rule.rewrite)
		s = after
	}
}
