// Package conformance holds the engine against recorded answers of Microsoft's
// own engine. The recordings are not part of the repository: the test looks for
// them in ../shared beside the checkout, or where CALYPSO_SHARED says, and is
// skipped where they are absent.
//
// failing.txt lists the cases that do not pass yet. The list can only shrink: a
// listed case that passes fails the test until it is taken off (-update does
// that), and so does a case that fails without being listed.
package conformance
