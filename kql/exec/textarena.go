package exec

import "strings"

// A textArena keeps copies of texts side by side. A text of a batch refers to
// memory that has all texts of its page; one that is kept for long is copied, lest
// the others stay with it. The zero arena is empty and ready for use.
type textArena struct {
	part strings.Builder
	size int // of part
}

const minArenaPart, maxArenaPart = 1 << 10, 1 << 16

// keep returns a copy of s.
func (a *textArena) keep(s string) string {
	if len(s) > maxArenaPart/8 {
		return strings.Clone(s)
	}
	from := a.part.Len()
	if from+len(s) > a.size {
		a.size = max(min(2*a.size, maxArenaPart), minArenaPart, len(s))
		a.part = strings.Builder{}
		a.part.Grow(a.size)
		from = 0
	}
	a.part.WriteString(s)
	return a.part.String()[from:]
}
