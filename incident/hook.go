package incident

import "github.com/calypso-kql/calypso/database"

// An Observer is told of every change of an incident, in the transaction that makes
// it: what it writes with tx is kept if and only if the change is. It may be called
// more than once for a change of which an earlier attempt was not kept.
type Observer interface {
	// Changed is called with the incident before, nil if the change has opened it,
	// and after. An error undoes the change.
	Changed(tx *database.Tx, before, after *Incident, c Change) error
}

// An AlertObserver is told of every alert that is added, in the transaction that adds
// it, as an Observer is of changes. The alert says which incident it belongs to.
type AlertObserver interface {
	// Added is called before observers are told of the incident's change. An error
	// undoes the addition.
	Added(tx *database.Tx, a *Alert) error
}

// An Automator changes incidents that have changed.
type Automator interface {
	// Automate is called as an Observer is, after observers, for changes that are not
	// by automation. What it does with edit are changes of their own, of which
	// observers are told, and it gets the incident as it is then. An error of edit
	// that is an *Invalid leaves the incident as it was; any other is to be returned.
	Automate(tx *database.Tx, before, after *Incident, c Change, edit func(Edit, Actor) (*Incident, error)) error
}
