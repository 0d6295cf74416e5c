package builtin

import "github.com/calypso-kql/calypso/kql/function"

func matchesRegex() function.Scalar {
	loop := func(out []bool, in []string, m *matcher) {
		as(out, in, m, func(s string, m *matcher) bool { return m.matches(s) })
	}
	o := function.Overload{Sig: "matches regex(text: string, regex: string): bool", Kernel: textKernel(regexFor, loop, false)}
	return function.Scalar{
		Doc:       "Tells whether a regular expression (RE2) matches somewhere in a text.",
		Overloads: []function.Overload{o, fromDynamic(o, 0)},
		Examples:  []string{`"Fabrikam" matches regex "b.*k" -> true`, `"Fabrikam" matches regex "^b" -> false`},
	}
}
