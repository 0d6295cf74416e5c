package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// stringSearch declares =~, contains, startswith, endswith, matches regex and
// their relatives, which look at characters and not at terms.
//
// Source: the Kusto documentation, "String operators".
func stringSearch() function.Family {
	contains := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.in(s, false, false) })
	}
	starts := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.atStart(s) })
	}
	ends := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.atEnd(s) })
	}
	equals := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.equals(s) })
	}
	return function.Family{Title: "String operators", Scalars: []function.Scalar{
		textOperator("=~", "Tells whether two texts are equal, ignoring case.", foldedNeedle, equals, false, `"abc" =~ "ABC" -> true`),
		textOperator("!~", "Tells whether two texts differ by more than case.", foldedNeedle, equals, true, `"aBc" !~ "xyz" -> true`),
		textOperator("contains", "Tells whether a text contains another, ignoring case.", foldedNeedle, contains, false, `"FabriKam" contains "BRik" -> true`),
		textOperator("!contains", "Tells whether a text does not contain another, ignoring case.", foldedNeedle, contains, true, `"Fabrikam" !contains "xyz" -> true`),
		textOperator("contains_cs", "Tells whether a text contains another.", exactNeedle, contains, false, `"FabriKam" contains_cs "Kam" -> true`),
		textOperator("!contains_cs", "Tells whether a text does not contain another.", exactNeedle, contains, true, `"Fabrikam" !contains_cs "Kam" -> true`),
		textOperator("startswith", "Tells whether a text begins with another, ignoring case.", foldedNeedle, starts, false, `"Fabrikam" startswith "fab" -> true`),
		textOperator("!startswith", "Tells whether a text does not begin with another, ignoring case.", foldedNeedle, starts, true, `"Fabrikam" !startswith "kam" -> true`),
		textOperator("startswith_cs", "Tells whether a text begins with another.", exactNeedle, starts, false, `"Fabrikam" startswith_cs "Fab" -> true`),
		textOperator("!startswith_cs", "Tells whether a text does not begin with another.", exactNeedle, starts, true, `"Fabrikam" !startswith_cs "fab" -> true`),
		textOperator("endswith", "Tells whether a text ends with another, ignoring case.", foldedNeedle, ends, false, `"Fabrikam" endswith "Kam" -> true`),
		textOperator("!endswith", "Tells whether a text does not end with another, ignoring case.", foldedNeedle, ends, true, `"Fabrikam" !endswith "brik" -> true`),
		textOperator("endswith_cs", "Tells whether a text ends with another.", exactNeedle, ends, false, `"Fabrikam" endswith_cs "kam" -> true`),
		textOperator("!endswith_cs", "Tells whether a text does not end with another.", exactNeedle, ends, true, `"Fabrikam" !endswith_cs "Kam" -> true`),
		matchesRegex(),
	}}
}

// textOperator declares an operator between a text and what to look for in it.
func textOperator(name, doc string, prepare func(string) *needle, loop func(out []bool, in []string, n *needle), negate bool, examples ...string) function.Scalar {
	prepared := func(_ *function.Call, text string) (*needle, error) { return prepare(text), nil }
	o := function.Overload{Sig: name + "(text: string, part: string): bool", Kernel: textKernel(prepared, loop, negate)}
	return function.Scalar{Doc: doc, Overloads: withDynamicText(o), Examples: examples}
}

// withDynamicText returns o and its overloads that take a dynamic value on either
// side or on both: it is read as its text.
func withDynamicText(o function.Overload) []function.Overload {
	left, right := fromDynamic(o, 0), fromDynamic(o, 1)
	return []function.Overload{o, left, right, fromDynamic(left, 1)}
}

// textKernel is the kernel of a text operator. prepare makes of the right side
// what loop compares texts with: once if the right side is constant, else for
// each row.
func textKernel[P any](prepare func(c *function.Call, text string) (P, error), loop func(out []bool, in []string, p P), negate bool) function.Kernel {
	run := func(c *function.Call, args []column.Column, n int) ([]bool, error) {
		out := make([]bool, n)
		in, parts := operandOf[string](args[0]), operandOf[string](args[1])
		if parts.fixed {
			p, err := prepare(c, parts.vals[0])
			if err == nil {
				loop(out, in.vals, p)
			}
			return out, err
		}
		for i := range out {
			p, err := prepare(c, strings.Clone(parts.vals[i])) // it may be kept
			if err != nil {
				return nil, err
			}
			row := in.vals
			if !in.fixed {
				row = row[i : i+1]
			}
			loop(out[i:i+1], row, p)
		}
		return out, nil
	}
	in := []types.Type{types.String, types.String}
	return function.Kernel{In: in, Out: types.Bool, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			out, err := run(c, args, n)
			if err != nil {
				return nil, err
			}
			if negate {
				for i := range out {
					out[i] = !out[i]
				}
			}
			return column.NewVec(c.Out, out, nil), nil
		})
	}}
}
