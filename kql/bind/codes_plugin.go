package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// noStates is KS999: a sequence of no states.
//
// Example: print i = 1, t = 1, s = 'a' | evaluate funnel_sequence(i, t, 0, 9, 1, 1, s, dynamic([]))
func noStates(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "the sequence has no states: write dynamic(['first', 'second'])")
}

// badPivot is KS999: an aggregate that pivot does not take.
//
// Example: print a = 1, b = 2 | evaluate pivot(a, percentile(b, 50))
func badPivot(at syntax.Node, what string) syntax.Diagnostic {
	return fault("KS999", at, "%s is not supported: it takes avg, count, dcount, make_bag, make_list, make_set, max, min, stdev, sum, take_any or variance of a column", what)
}
