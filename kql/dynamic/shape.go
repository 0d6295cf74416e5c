package dynamic

import (
	"math/bits"
	"strings"
)

// The JSON texts of a column mostly have few shapes: the same names, brackets and
// blanks in the same order around values that differ. A shapeTree knows the
// shapes that it has met and what one path leads to in them. A text of a known
// shape is checked by comparing what lies between its values and scanning these;
// and where it is the same as an earlier text, by comparing alone.
type shapeTree struct {
	nodes  [][]shapeEdge // by number, the ways on from there; 0 is the beginning
	bytes  int           // of the texts that the tree keeps
	starts []int         // of the fixed parts of the text at hand
	// How many texts had a known shape and how many had not.
	known, unknown int
}

// A shapeEdge is a fixed part of a text, up to the next value that is no
// container, and that value's kind. The quotes around a string are fixed.
type shapeEdge struct {
	fixed string
	value shapeValue
	to    int         // the node behind the value
	path  shapeTarget // at the end
	like  *shapeLike  // nil but where a shape parts from those met before it
}

type shapeValue uint8

const (
	shapeEnd shapeValue = iota // no value: the text ends
	shapeString
	shapeNumber
	shapeWord
)

// A shapeTarget is what the path leads to in a shape; nothing unless found.
type shapeTarget struct {
	found    bool
	from, to shapePlace
}

// A shapePlace is a position in a shape: so far behind the beginning of a fixed
// part.
type shapePlace struct{ part, offset int }

const (
	// A shape is not learned beyond these: of so many shapes, or with so many
	// values, the next text is as quickly scanned.
	shapeMaxParts = 256
	shapeMaxEdges = 8
	shapeMaxNodes = 4096
	shapeMaxBytes = 1 << 20
	// shapeTrial is how many texts of unknown shapes show that it does not pay.
	shapeTrial = 64
)

// pays reports whether looking for a text in the tree is worth it.
func (t *shapeTree) pays() bool { return t.unknown < shapeTrial || t.unknown < t.known/2 }

// find returns the part of s that the path leads to, if found, for an s of a known
// shape.
func (t *shapeTree) find(s string) (raw string, found, known bool) {
	if path := t.walk(s); path != nil {
		t.known++
		if !path.found {
			return "", false, true
		}
		return s[t.at(path.from):t.at(path.to)], true, true
	}
	t.unknown++
	return "", false, false
}

// at returns where a place is in the text at hand.
func (t *shapeTree) at(p shapePlace) int { return t.starts[p.part] + p.offset }

// walk returns what the path leads to in the shape of s and leaves where its
// parts start in t.starts; nil if the shape is unknown.
func (t *shapeTree) walk(s string) *shapeTarget {
	if len(t.nodes) == 0 {
		return nil
	}
	for i, part, node := 0, 0, 0; ; part++ {
		e := matchEdge(t.nodes[node], s[i:])
		if e == nil {
			return nil
		}
		if e.like != nil {
			f := follower{like: e.like, s: s, i: i, starts: t.starts[part:]}
			if f.run() {
				return &e.like.path
			}
			if f.part > 0 {
				i, part, node = f.i, part+f.part-1, e.like.parts[f.part].node
				continue
			}
		}
		t.starts[part] = i
		i += len(e.fixed)
		if e.value == shapeEnd {
			return &e.path
		}
		var ok bool
		if i, ok = e.value.scan(s, i); !ok {
			return nil
		}
		node = e.to
	}
}

// matchEdge returns the edge that s begins with, nil if none is.
func matchEdge(edges []shapeEdge, s string) *shapeEdge {
	for i := range edges {
		if e := &edges[i]; strings.HasPrefix(s, e.fixed) && e.value.begins(s, len(e.fixed)) {
			return e
		}
	}
	return nil
}

// begins reports whether such a value begins at i.
func (v shapeValue) begins(s string, i int) bool {
	switch {
	case v == shapeEnd:
		return i == len(s)
	case v == shapeString:
		return true // behind its quote, whatever comes
	case i == len(s):
		return false
	case v == shapeNumber:
		return s[i] == '-' || s[i]-'0' <= 9
	}
	return s[i] == 't' || s[i] == 'f' || s[i] == 'n'
}

// scan returns where the value ends that begins at i; !ok if there is no such
// value.
func (v shapeValue) scan(s string, i int) (end int, ok bool) {
	switch v {
	case shapeString:
		if end = skipPlain(s, i); end < len(s) && s[end] == '"' {
			return end, true
		}
		end, _, ok = scanString(s, i-1)
		return end - 1, ok
	case shapeNumber:
		end, _, ok = scanNumber(s, i)
	case shapeWord:
		end, ok = scanWord(s, i)
	}
	return end, ok
}

// A shapeLike is the rest of a text from one of its parts on, which texts that
// come the same way often resemble.
type shapeLike struct {
	text  string
	parts []likePart
	path  shapeTarget // of the whole text
}

type likePart struct {
	start, value, end int // of the fixed part, of the value, and where that ends
	kind              shapeValue
	node              int // before the part
}

// A follower compares a text with a shapeLike.
type follower struct {
	like   *shapeLike
	s      string
	i      int // in s
	part   int // of like
	starts []int
}

// run compares s from i on. It reports whether all of s has the same shape; if
// not, f.part is the first part that is different, which starts at f.i.
func (f *follower) run() bool {
	l := f.like
	f.starts[0] = f.i
	for j := 0; ; {
		n := samePrefix(f.s[f.i:], l.text[j:])
		delta := f.i - j
		j += n
		f.i += n
		for f.part+1 < len(l.parts) && l.parts[f.part+1].start <= j {
			f.part++
			f.starts[f.part] = l.parts[f.part].start + delta
		}
		if j == len(l.text) && f.i == len(f.s) {
			return true
		}
		p := &l.parts[f.part]
		if j == p.start && f.part > 0 {
			// The value before may go on here.
			if end, ok := f.scan(f.part - 1); ok && end != f.i {
				f.i, f.starts[f.part] = end, end
				continue
			}
		}
		if j >= p.value && p.kind != shapeEnd {
			if end, ok := f.scan(f.part); ok {
				f.i, j = end, p.end
				continue
			}
		}
		f.i = f.starts[f.part]
		return false
	}
}

// scan returns where the value of a part ends in s; !ok if there is no such value.
func (f *follower) scan(part int) (end int, ok bool) {
	p := &f.like.parts[part]
	at := f.starts[part] + p.value - p.start
	if !p.kind.begins(f.s, at) {
		return 0, false
	}
	return p.kind.scan(f.s, at)
}

// samePrefix returns how many bytes a and b have in common at the beginning.
func samePrefix(a, b string) int {
	n := min(len(a), len(b))
	i := 0
	for ; i+8 <= n; i += 8 {
		if x := le64(a, i) ^ le64(b, i); x != 0 {
			return i + bits.TrailingZeros64(x)/8
		}
	}
	for i < n && a[i] == b[i] {
		i++
	}
	return i
}
