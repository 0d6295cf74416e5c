package ingest

import (
	"math/bits"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// A scanner finds the ends of JSON values in text and checks them on the way:
// every byte is looked at once. Its methods take the position of a value's first
// byte and return the one behind it; !ok if the text is no JSON there, with next
// at the mistake.
type scanner struct {
	text string
	// blanks counts the runs of blanks between tokens, lines the line ends in
	// them.
	blanks, lines int
	// deep says that a value was given up because of its depth.
	deep bool
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// word returns the eight bytes at i.
func word(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// skip returns the position of the next byte that is no blank.
func (sc *scanner) skip(i int) int {
	if i < len(sc.text) && sc.text[i] <= ' ' {
		return sc.skipBlanks(i)
	}
	return i
}

func (sc *scanner) skipBlanks(i int) int {
	from := i
	for ; i < len(sc.text) && isBlank(sc.text[i]); i++ {
		if sc.text[i] == '\n' {
			sc.lines++
		}
	}
	if i > from {
		sc.blanks++
	}
	return i
}

// str scans a string; escaped says whether there is a backslash in it.
func (sc *scanner) str(i int) (next int, escaped, ok bool) {
	s := sc.text
	for i++; ; {
		for i+8 <= len(s) {
			w := word(s, i)
			quote, back := w^(ones*'"'), w^(ones*'\\')
			// The lowest bit that is set is right, which is the one that counts.
			if hit := ((w-ones*0x20)&^w | (quote-ones)&^quote | (back-ones)&^back) & highs; hit != 0 {
				i += bits.TrailingZeros64(hit) >> 3
				break
			}
			i += 8
		}
		for i < len(s) && s[i] != '"' && s[i] != '\\' && s[i] >= ' ' {
			i++
		}
		switch {
		case i >= len(s) || s[i] < ' ':
			return i, escaped, false
		case s[i] == '"':
			return i + 1, escaped, true
		}
		escaped = true
		n := escapeLen(s, i)
		if n == 0 {
			return i, true, false
		}
		i += n
	}
}

// escapeLen returns the length of the escape at i, 0 if it is none.
func escapeLen(s string, i int) int {
	if i+1 >= len(s) {
		return 0
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if i+6 > len(s) {
			return 0
		}
		for _, c := range []byte(s[i+2 : i+6]) {
			if c-'0' > 9 && (c|0x20)-'a' > 5 {
				return 0
			}
		}
		return 6
	}
	return 0
}

// number scans a number.
func (sc *scanner) number(i int) (next int, ok bool) {
	s := sc.text
	if s[i] == '-' {
		i++
	}
	from := i
	if i = digits(s, i); i == from || s[from] == '0' && i > from+1 {
		return from, false
	}
	if i < len(s) && s[i] == '.' {
		from = i + 1
		if i = digits(s, from); i == from {
			return i, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from = i
		if i = digits(s, from); i == from {
			return i, false
		}
	}
	return i, true
}

func digits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// constant scans true, false or null.
func (sc *scanner) constant(i int) (next int, ok bool) {
	want := ""
	switch sc.text[i] {
	case 't':
		want = "true"
	case 'f':
		want = "false"
	case 'n':
		want = "null"
	default:
		return i, false
	}
	return i + len(want), i+len(want) <= len(sc.text) && sc.text[i:i+len(want)] == want
}

// value scans any value.
func (sc *scanner) value(i int) (next int, escaped, ok bool) {
	if i >= len(sc.text) {
		return i, false, false
	}
	switch c := sc.text[i]; {
	case c == '"':
		return sc.str(i)
	case c == '{' || c == '[':
		next, ok = sc.container(i)
	case c == '-' || c-'0' <= 9:
		next, ok = sc.number(i)
	default:
		next, ok = sc.constant(i)
	}
	return next, false, ok
}

// container scans an array or an object, and what is nested in it, without recursion.
func (sc *scanner) container(i int) (next int, ok bool) {
	s := sc.text
	var open nesting
	for {
		// A value begins at i.
		if i >= len(s) {
			return i, false
		}
		switch c := s[i]; {
		case c == '"':
			i, _, ok = sc.str(i)
		case c == '{' || c == '[':
			if open.depth == dynamic.MaxDepth {
				sc.deep = true
				return i, false
			}
			open.push(c == '{')
			i = sc.skip(i + 1)
			if i < len(s) && s[i] == c+2 { // ] and } stand two behind [ and {
				i, ok = i+1, true
				open.depth--
				break
			}
			if c == '{' {
				if i, ok = sc.name(i); !ok {
					return i, false
				}
			}
			continue
		case c == '-' || c-'0' <= 9:
			i, ok = sc.number(i)
		default:
			i, ok = sc.constant(i)
		}
		if !ok {
			return i, false
		}
		if i, ok = sc.after(i, &open); !ok || open.depth == 0 {
			return i, ok
		}
	}
}

// after goes on behind a value that ends before i: it closes what ends with it, up to
// where the next value begins or all is closed.
func (sc *scanner) after(i int, open *nesting) (next int, ok bool) {
	s := sc.text
	for open.depth > 0 {
		i = sc.skip(i)
		if i >= len(s) {
			return i, false
		}
		object := open.isObject()
		switch {
		case s[i] == ',' && object:
			return sc.name(sc.skip(i + 1))
		case s[i] == ',':
			return sc.skip(i + 1), true
		case object && s[i] != '}' || !object && s[i] != ']':
			return i, false
		}
		i++
		open.depth--
	}
	return i, true
}

// nesting is what is open at a place, outermost first: bits, so that depth takes no
// stack.
type nesting struct {
	objects [dynamic.MaxDepth / 64]uint64 // bit d: level d is an object
	depth   int
}

func (n *nesting) push(object bool) {
	bit := uint64(1) << (n.depth & 63)
	n.objects[n.depth>>6] &^= bit
	if object {
		n.objects[n.depth>>6] |= bit
	}
	n.depth++
}

// isObject tells whether the innermost that is open is an object.
func (n *nesting) isObject() bool {
	at := n.depth - 1
	return n.objects[at>>6]>>(at&63)&1 != 0
}

// name scans a member's name and the colon, up to its value.
func (sc *scanner) name(i int) (next int, ok bool) {
	if i >= len(sc.text) || sc.text[i] != '"' {
		return i, false
	}
	if i, _, ok = sc.str(i); !ok {
		return i, false
	}
	return sc.colon(i)
}

// colon scans the colon behind a name, up to the value.
func (sc *scanner) colon(i int) (next int, ok bool) {
	i = sc.skip(i)
	if i >= len(sc.text) || sc.text[i] != ':' {
		return i, false
	}
	return sc.skip(i + 1), true
}
