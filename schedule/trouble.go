package schedule

import (
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

// A Trouble is something that goes wrong with a rule.
type Trouble struct {
	Kind TroubleKind
	// Rule is the rule's ID, Name its name, Version a digest of what it says.
	// All are empty if the trouble is with a file.
	Rule, Name, Version string
	// Path is the file or folder that is wrong, if the trouble is with one, and Kept its
	// rules, at least one.
	Path string
	Kept []KeptRule
	// From and To are the window, (From, To]; zero if the trouble is with a file.
	From, To time.Time
	Attempt  int
	Error    string
}

// A KeptRule is a rule whose file has become wrong: it runs as it was before.
type KeptRule struct{ ID, Name string }

// A TroubleKind is what goes wrong.
type TroubleKind string

// The kinds of trouble.
const (
	Failing TroubleKind = "failing"  // a window has failed again, and is tried further
	GivenUp TroubleKind = "given up" // a window is not tried any more, or was missed for too long
	Kept    TroubleKind = "kept"     // a file or folder is wrong, and its rules run as they were
)

// failingFrom is the attempt from which a rule is in trouble: the first may have met
// with a busy machine.
const failingFrom = 2

// troubled tells of a window with which something is wrong, before the ledger notes
// it: after a crash it is told again.
func (s *Scheduler) troubled(kind TroubleKind, run *ledger.Run, why string) {
	if s.o.Troubled != nil {
		s.o.Troubled(Trouble{Kind: kind, Rule: run.Rule, Name: run.Name, Version: run.Version, From: run.From, To: run.To, Attempt: run.Attempt, Error: why})
	}
}
