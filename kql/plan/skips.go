package plan

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// Skips counts what scans of a source had not to read, by what said that no wanted
// row is there. The zero Skips is ready; it is safe for concurrent use.
type Skips struct {
	// Segments are the segments of a store, BySegment those that were not opened
	// because of what the store knows of them.
	Segments, BySegment atomic.Int64
	// Groups are the row groups of the files opened. Of them were passed over:
	// ByBounds because of the least and greatest values of their pages, ByBloom
	// because of a Bloom filter, ByTerms because of the term index.
	Groups, ByBounds, ByBloom, ByTerms atomic.Int64
	// Rows are those of the other row groups, Outside those of them that were
	// passed over because of bounds, terms or what is kept in memory.
	Rows, Outside atomic.Int64
	// Fragments are answers over segments that were computed before.
	Fragments atomic.Int64
}

// String says what was skipped; it is empty where nothing is known of it.
func (s *Skips) String() string {
	var parts []string
	add := func(n int64, format string, more ...any) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(format, append([]any{n}, more...)...))
		}
	}
	add(s.Segments.Load(), "%d segments")
	add(s.BySegment.Load(), "%d not opened for their times")
	add(s.Fragments.Load(), "%d computed before")
	add(s.Groups.Load(), "%d row groups")
	add(s.ByBounds.Load(), "%d skipped by bounds")
	add(s.ByBloom.Load(), "%d by Bloom filters")
	add(s.ByTerms.Load(), "%d by terms")
	if n := s.Outside.Load(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d rows outside", n, s.Rows.Load()))
	}
	return strings.Join(parts, ", ")
}
