package incident

import "fmt"

// An Invalid error says what is wrong with what was asked for. Nothing has changed.
type Invalid struct {
	// Field is what is wrong, by its name in JSON; Message says why, and what to
	// write instead.
	Field, Message string
}

func (e *Invalid) Error() string { return e.Field + ": " + e.Message }

// A NotFound error says that there is no such incident or alert.
type NotFound struct{ What string }

func (e *NotFound) Error() string { return "there is no " + e.What }

// A Conflict error says that an incident has changed since it was looked at. Nothing
// has changed by what was asked for.
type Conflict struct {
	Number int64
	// Want is the version that was to be changed, Have the one that there is.
	Want, Have int64
	// By is who has made the last change.
	By string
}

func (e *Conflict) Error() string {
	return fmt.Sprintf("incident %d has changed meanwhile, by %q: it has version %d, and not %d", e.Number, e.By, e.Have, e.Want)
}
