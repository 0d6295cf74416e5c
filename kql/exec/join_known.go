package exec

import (
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// knownKeys are the groups of rows of a join's build side by where their key was
// read. If a table is joined with itself, the probe side has the same rows, or some
// of them, and need not read the key again to look it up. A nil *knownKeys knows
// none.
type knownKeys struct {
	mu     sync.Mutex
	origin map[column.Column]any // of keys that are not numbered yet
	byID   map[any][]uint32      // ends with the build side
	bytes  int64
}

// readsSameKey reports whether both sides have the one key from the same column of
// the same table.
func (j *joining) readsSameKey() bool {
	if len(j.build.keys) != 1 {
		return false
	}
	a, atA := readOf(j.build.node, j.build.keys[0])
	b, atB := readOf(j.probe.node, j.probe.keys[0])
	return a != nil && b != nil && a.Table == b.Table && atA == atB
}

// readOf returns the table, and its column, that e over n's rows is read from; nil if
// e is something else.
func readOf(n plan.Node, e plan.Expr) (*plan.Read, int) {
	c, ok := e.(*plan.Column)
	if !ok {
		return nil, 0
	}
	switch n := n.(type) {
	case *plan.Read:
		return n, n.Columns[c.Index]
	case *plan.Project:
		return readOf(n.Input, n.Exprs[c.Index])
	case *plan.Filter:
		return readOf(n.Input, e)
	}
	return nil, 0
}

// originOf returns where e, a column of b, is read from; nil if that is not known.
func originOf(e *evaluator, b *column.Batch) (id any, rows []uint32) {
	if e.kind != evalColumn {
		return nil, nil
	}
	if l, ok := b.Raw(e.index).(*column.Lazy); ok {
		return l.Origin()
	}
	return nil, nil
}

// note takes a key, which e is over b, before it is numbered.
func (k *knownKeys) note(key column.Column, e *evaluator, b *column.Batch) {
	if k == nil {
		return
	}
	id, rows := originOf(e, b)
	if id == nil || rows != nil {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.origin == nil {
		k.origin = map[column.Column]any{}
	}
	k.origin[key] = id
}

// add takes the groups of a key. It keeps them.
func (k *knownKeys) add(key column.Column, groups []uint32) {
	k.mu.Lock()
	defer k.mu.Unlock()
	id := k.origin[key]
	if id == nil {
		return
	}
	delete(k.origin, key)
	if k.byID == nil {
		k.byID = map[any][]uint32{}
	}
	k.byID[id] = groups
	k.bytes += 4 * int64(len(groups))
}

func (k *knownKeys) size() int64 {
	if k == nil {
		return 0
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.bytes
}

// groups returns the groups of the rows of b, whose key is e, which are not to be
// changed; !ok if they are not known. Nothing may be added any more.
func (k *knownKeys) groups(e *evaluator, b *column.Batch) (groups []uint32, ok bool) {
	id, rows := originOf(e, b)
	if id == nil {
		return nil, false
	}
	groups = k.byID[id]
	if groups == nil {
		return nil, false
	}
	if rows == nil {
		return groups, true
	}
	return picked(groups, rows), true
}
