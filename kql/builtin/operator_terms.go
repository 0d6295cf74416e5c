package builtin

import "github.com/calypso-kql/calypso/kql/function"

// termSearch declares has and its relatives.
//
// A term is a maximal run of letters and digits, of any script. What is looked
// for may itself consist of several terms and of characters between them ("a.b"
// in "x=a.b;"): it is found where its beginning and its end do not lie within a
// longer term.
//
// Source: the Kusto documentation, "String operators", "What is a term?".
func termSearch() function.Family {
	whole := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.in(s, true, true) })
	}
	prefix := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.in(s, true, false) })
	}
	suffix := func(out []bool, in []string, n *needle) {
		as(out, in, n, func(s string, n *needle) bool { return n.in(s, false, true) })
	}
	return function.Family{Title: "Term operators", Scalars: []function.Scalar{
		textOperator("has", "Tells whether a text has a term, ignoring case.", foldedNeedle, whole, false, `"North America" has "america" -> true`, `"v1.2.3" has "2.3" -> true`),
		textOperator("!has", "Tells whether a text lacks a term, ignoring case.", foldedNeedle, whole, true, `"North America" !has "amer" -> true`),
		textOperator("has_cs", "Tells whether a text has a term.", exactNeedle, whole, false, `"North America" has_cs "America" -> true`),
		textOperator("!has_cs", "Tells whether a text lacks a term.", exactNeedle, whole, true, `"North America" !has_cs "amer" -> true`),
		textOperator("hasprefix", "Tells whether a term of a text begins with another text, ignoring case.", foldedNeedle, prefix, false, `"North America" hasprefix "ame" -> true`),
		textOperator("!hasprefix", "Tells whether no term of a text begins with another text, ignoring case.", foldedNeedle, prefix, true, `"North America" !hasprefix "mer" -> true`),
		textOperator("hasprefix_cs", "Tells whether a term of a text begins with another text.", exactNeedle, prefix, false, `"North America" hasprefix_cs "Ame" -> true`),
		textOperator("!hasprefix_cs", "Tells whether no term of a text begins with another text.", exactNeedle, prefix, true, `"North America" !hasprefix_cs "CA" -> true`),
		textOperator("hassuffix", "Tells whether a term of a text ends with another text, ignoring case.", foldedNeedle, suffix, false, `"North America" hassuffix "ica" -> true`),
		textOperator("!hassuffix", "Tells whether no term of a text ends with another text, ignoring case.", foldedNeedle, suffix, true, `"North America" !hassuffix "americ" -> true`),
		textOperator("hassuffix_cs", "Tells whether a term of a text ends with another text.", exactNeedle, suffix, false, `"North America" hassuffix_cs "ica" -> true`),
		textOperator("!hassuffix_cs", "Tells whether no term of a text ends with another text.", exactNeedle, suffix, true, `"North America" !hassuffix_cs "icA" -> true`),
		hasList("has_any", "Tells whether a text has any of the terms, ignoring case; the list may hold dynamic arrays.", false,
			`"North America" has_any ("south", "north") -> true`, `"North America" has_any (dynamic(["south"])) -> false`),
		hasList("has_all", "Tells whether a text has all of the terms, ignoring case; the list may hold dynamic arrays.", true,
			`"North and South America" has_all ("south", "north") -> true`),
	}}
}
