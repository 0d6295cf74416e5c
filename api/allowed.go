package api

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// allowed is a snapshot of which a caller may read some tables. It implements
// workspace.Tables.
type allowed struct {
	*store.Snapshot
	by caller
	// refused is about the last table that was asked for and may not be read: only
	// a text that names it asks.
	refused atomic.Pointer[forbiddenError]
}

// Table implements workspace.Tables. A table that the caller may not read is
// there, and refuses to be read: an empty one would be a lie.
func (a *allowed) Table(name string) (plan.Source, bool) {
	t, ok := a.Snapshot.Table(name)
	if ok && !a.by.may(name) {
		err := &forbiddenError{a.by.name, name}
		a.refused.Store(err)
		return &forbiddenTable{err}, true
	}
	return t, ok
}

// Names implements workspace.Tables: wildcards and search are about the tables
// that the caller may read.
func (a *allowed) Names() []string {
	var names []string
	for _, n := range a.Snapshot.Names() {
		if a.by.may(n) {
			names = append(names, n)
		}
	}
	return names
}

// A forbiddenTable tells nothing of its columns: it may have any.
type forbiddenTable struct{ err error }

// Schema implements plan.Source.
func (t *forbiddenTable) Schema() types.Schema { return types.Schema{} }

// MoreColumns implements bind.Loose.
func (t *forbiddenTable) MoreColumns() bool { return true }

// Open implements plan.Source.
func (t *forbiddenTable) Open(context.Context, plan.Scan) (column.Reader, error) { return nil, t.err }

type forbiddenError struct{ token, table string }

func (e *forbiddenError) Error() string {
	return fmt.Sprintf("the token %s is not for table %s", e.token, e.table)
}
