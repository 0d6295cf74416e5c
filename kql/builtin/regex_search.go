package builtin

import "unicode/utf8"

// A search looks for matches of one expression in many texts. It is for one
// goroutine, which ends it with done.
type search struct {
	m *matcher
	d *captureDFA // nil if someone else has it
}

func (m *matcher) search() search { return search{m, m.captures.Swap(nil)} }

func (s search) done() {
	if s.d != nil {
		s.m.captures.Store(s.d)
	}
}

// find returns the first match: for group g the bytes from loc[2*g] to
// loc[2*g+1], -1 where the group took no part. It returns nil if there is none.
// loc is gone with the next call.
func (s search) find(text string) (loc []int) {
	if !s.mayMatch(text) {
		return nil
	}
	if s.d != nil {
		if loc, ok := s.d.find(text, 0); ok {
			return loc
		}
	}
	if s.m.beyondGo(text) {
		return s.m.words.find(text)
	}
	return s.m.re.FindStringSubmatchIndex(text)
}

// mayMatch is that of the matcher, unless looking for the beginning of a match
// tells as much.
func (s search) mayMatch(text string) bool {
	if s.d != nil && s.d.prefix != nil && len(s.d.prefix.text) >= shortest(s.m.required) {
		return true
	}
	return s.m.mayMatch(text)
}

// findSpan returns where the first match is.
func (m *matcher) findSpan(s string) (start, end int, ok bool) {
	x := m.search()
	defer x.done()
	loc := x.find(s)
	if loc == nil {
		return 0, 0, false
	}
	return loc[0], loc[1], true
}

// findAll returns all matches from left to right; they do not overlap.
func (m *matcher) findAll(s string) [][]int {
	x := m.search()
	defer x.done()
	switch {
	case !x.mayMatch(s):
		return nil
	case m.beyondGo(s):
		return m.words.findAll(s)
	case x.d != nil:
		if all, ok := x.d.findAll(s); ok {
			return all
		}
	}
	return m.re.FindAllStringSubmatchIndex(s, -1)
}

// findAll returns all matches; an empty one does not touch the one before it. !ok
// as for find.
func (d *captureDFA) findAll(s string) (all [][]int, ok bool) {
	last := -1
	for at := 0; at <= len(s); {
		loc, ok := d.find(s, at)
		if !ok {
			return nil, false
		}
		if loc == nil {
			break
		}
		if loc[1] > loc[0] || loc[0] != last {
			all = append(all, append([]int(nil), loc...))
		}
		last, at = loc[1], loc[1]
		if loc[1] == loc[0] {
			_, n := utf8.DecodeRuneInString(s[at:])
			at += max(n, 1)
		}
	}
	return all, true
}
