package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// noStates is KS999: a sequence of no states.
//
// Example: print i = 1, t = 1, s = 'a' | evaluate funnel_sequence(i, t, 0, 9, 1, 1, s, dynamic([]))
func noStates(at syntax.Node) syntax.Diagnostic {
	return fault("KS999", at, "the sequence has no states: write dynamic(['first', 'second'])")
}
