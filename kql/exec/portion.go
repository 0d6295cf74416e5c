package exec

import (
	"slices"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A portion is a part that is to be read, or what is kept of it.
type portion struct {
	part plan.Part
	key  [32]byte
	kept plan.Answer // nil if nothing is
	// collect says that what is made of the part is to be kept.
	collect bool
	// whole, if not nil, is a larger part that this is the at-th of, and whose
	// answer is to be kept, too.
	whole *joint
	at    int
}

// portions returns how the parts of a table are to be read: the large ones where
// something is kept of them or nothing is to be kept, else the smaller ones that
// they are made of. Parts in which no row fulfils the hints are left out.
func (q *question) portions(parts []plan.Part, hints []plan.Hint, skips *plan.Skips) []portion {
	var out []portion
	for _, p := range parts {
		if slices.ContainsFunc(hints, func(h plan.Hint) bool { return excludes(p, h) }) {
			skips.Segments.Add(1)
			skips.BySegment.Add(1)
			continue
		}
		form, key := q.of(p)
		one := portion{part: p, key: key, collect: form.fixed && form.wanted}
		if form.fixed {
			var refused bool
			if one.kept, refused = q.kept.Get(key); one.kept != nil {
				skips.Segments.Add(1)
				skips.Fragments.Add(1)
			} else if refused {
				one.collect = false
			}
		}
		// Of a part of which no condition is open, smaller ones have the same question.
		if one.kept == nil && p.Parts != nil && (form.wanted || !form.closed) {
			if inner := q.portions(p.Parts(), hints, skips); anyKept(inner) {
				if one.collect {
					one.join(inner)
				}
				out = append(out, inner...)
				continue
			}
		}
		out = append(out, one)
	}
	return out
}

// isPlain reports whether nothing is kept of the part, nor is to be.
func (p *portion) isPlain() bool { return p.kept == nil && !p.collect }

// anyKept reports whether anything of the portions is kept, or is to be.
func anyKept(portions []portion) bool {
	return slices.ContainsFunc(portions, func(p portion) bool { return p.kept != nil || p.collect })
}

// A joint collects the answers over the parts of a part.
type joint struct {
	key  [32]byte
	last int // the number of the last part

	mu    sync.Mutex
	rows  []*keptRows // by part
	left  int
	bytes int64
}

// join makes the answers over inner, which are the parts of p, one over p.
func (p *portion) join(inner []portion) {
	j := &joint{key: p.key, last: len(inner) - 1, rows: make([]*keptRows, len(inner)), left: len(inner)}
	for i := range inner {
		inner[i].whole, inner[i].at = j, i
	}
}

// addRows adds the answer over the at-th part, and keeps the whole once all are
// there, if it is not too large.
func (j *joint) addRows(kept plan.Fragments, at int, rows *keptRows) {
	if j == nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.rows[at] = rows
	j.left--
	if j.bytes += rows.bytes; j.left > 0 || j.bytes > fragmentBytes {
		return
	}
	var all []*column.Batch
	for _, r := range j.rows {
		all = append(all, r.batches...)
	}
	kept.Put(j.key, &keptRows{all, j.bytes})
}
