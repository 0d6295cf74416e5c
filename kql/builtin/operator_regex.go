package builtin

import (
	"regexp/syntax"
	"strings"

	"github.com/calypso-kql/calypso/kql/function"
)

func matchesRegex() function.Scalar {
	loop := func(out []bool, in []string, m *matcher) {
		as(out, in, m, func(s string, m *matcher) bool { return m.matches(s) })
	}
	o := function.Overload{Sig: "matches regex(text: string, regex: string): bool", Kernel: textKernel(regexFor, loop, false)}
	return function.Scalar{
		Doc:       "Tells whether a regular expression (RE2) matches somewhere in a text.",
		Overloads: withDynamicText(o),
		Check:     checkRegex(1),
		Examples:  []string{`"Fabrikam" matches regex "b.*k" -> true`, `"Fabrikam" matches regex "^b" -> false`},
	}
}

// withoutLooseEnds drops what may be empty from the ends of a pattern: it
// matches somewhere in the same texts without.
func withoutLooseEnds(re *syntax.Regexp) *syntax.Regexp {
	if re.Op != syntax.OpConcat {
		return re
	}
	sub := re.Sub
	for len(sub) > 1 && mayBeEmpty(sub[0]) {
		sub = sub[1:]
	}
	for len(sub) > 1 && mayBeEmpty(sub[len(sub)-1]) {
		sub = sub[:len(sub)-1]
	}
	if len(sub) == 1 {
		return sub[0]
	}
	return re
}

func mayBeEmpty(re *syntax.Regexp) bool { return re.Op == syntax.OpStar || re.Op == syntax.OpQuest }

// foldsBeyondASCII reports whether the text has a letter that a regular
// expression also finds in a character outside ASCII: the Kelvin sign for k, the
// long s for s.
func foldsBeyondASCII(n *needle) bool { return n.fold && strings.ContainsAny(n.text, "ks") }
