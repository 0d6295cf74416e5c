package builtin

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
)

// The accumulators here are function.Keepable.

// ownTexts replaces texts by copies, so that they hold on to no page or dictionary.
func ownTexts[T column.Value](vals []T) {
	switch vals := any(vals).(type) {
	case []string:
		for i, s := range vals {
			vals[i] = strings.Clone(s)
		}
	case []dynamic.Value:
		for i, v := range vals {
			vals[i] = dynamic.FromEncoding(strings.Clone(v.Encoding()))
		}
	}
}

// Detach implements function.Keepable.
func (a *countAcc) Detach() bool { return true }

// Detach implements function.Keepable.
func (a *foldAcc[T]) Detach() bool {
	ownTexts(a.vals)
	a.in = present[T]{}
	return true
}

// Detach implements function.Keepable.
func (a *avgAcc[T, R]) Detach() bool {
	a.in = present[T]{}
	return true
}

// Detach implements function.Keepable.
func (a *listAcc[T]) Detach() bool {
	ownTexts(a.log.vals)
	return true
}

// Detach implements function.Keepable.
func (a *bagAcc) Detach() bool {
	ownTexts(a.log.vals)
	return true
}

// Detach implements function.Keepable.
func (a *setAcc[T]) Detach() bool {
	a.seen, a.hasher = seenCodes{}, columnHasher{}
	return a.list.Detach()
}

// Detach implements function.Keepable.
func (a *dcountAcc) Detach() bool {
	a.seen, a.hasher = seenCodes{}, columnHasher{}
	return true
}

// Detach implements function.Keepable.
func (a *ifAcc) Detach() bool {
	a.args = nil
	k, ok := a.inner.(function.Keepable)
	return ok && k.Detach()
}
