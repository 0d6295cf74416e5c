package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
)

// checkText returns the Check of a function one of whose arguments is a text that
// is read before the query runs, if it is a constant.
func checkText(argument int, check func(string) error) func(consts []column.Column) (int, error) {
	return func(consts []column.Column) (int, error) {
		if argument >= len(consts) || consts[argument] == nil || consts[argument].Null(0) {
			return 0, nil
		}
		v, ok := consts[argument].(*column.Vec[string])
		if !ok {
			return 0, nil
		}
		return argument, check(v.Vals[0])
	}
}

// unknownWord says that a word is none of those that a function knows.
func unknownWord(word, known string) error {
	return fmt.Errorf("%q is %w: %s", word, function.ErrNotOneOf, known)
}

// checkRegex is checkText for a regular expression.
func checkRegex(argument int) func(consts []column.Column) (int, error) {
	return checkText(argument, func(s string) error { _, err := newMatcher(s, anchorNone); return err })
}
