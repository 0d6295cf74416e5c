package builtin

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A needle is a text to look for, prepared once for many texts to look in.
//
// Without regard to case, ASCII letters are compared by their bytes and others
// by their simple lower case; nothing is allocated per text.
type needle struct {
	text  string // in lower case if fold
	fold  bool   // ignore case
	runes []rune // text, if fold and it is not ASCII
	pivot int    // the position of the byte to scan for: the rarest
	lo    byte   // that byte …
	hi    byte   // … and in upper case
}

func newNeedle(text string, fold bool) *needle {
	n := &needle{text: text, fold: fold}
	if text == "" {
		return n
	}
	if fold {
		n.text = strings.ToLower(text)
		if !isASCII(text) {
			n.runes = []rune(n.text)
			return n
		}
	}
	for i := range len(n.text) {
		if rarity(n.text[i]) > rarity(n.text[n.pivot]) {
			n.pivot = i
		}
	}
	n.lo = n.text[n.pivot]
	n.hi = n.lo
	if fold && n.lo-'a' < 26 {
		n.hi -= 'a' - 'A'
	}
	return n
}

func foldedNeedle(text string) *needle { return newNeedle(text, true) }

func exactNeedle(text string) *needle { return newNeedle(text, false) }

// byFrequency are the bytes of ordinary log text, the most frequent first.
const byFrequency = " e0t1a2o3in4s5r.h6l7d8c9u/-m\"f:p,g_w=ybv\\(k)xjqz"

// rarity is high for bytes that seldom occur.
func rarity(b byte) int {
	if i := strings.IndexByte(byFrequency, b); i >= 0 {
		return i
	}
	return len(byFrequency)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// in reports whether s contains the text; with left, no term may run over the
// beginning of the occurrence, with right, none over its end. The empty text is
// in every text.
func (n *needle) in(s string, left, right bool) bool {
	switch {
	case n.text == "":
		return true
	case !n.fold:
		return n.inExact(s, left, right)
	case n.runes != nil:
		return n.inRunes(s, left, right)
	}
	// Walk through the occurrences of the pivot byte in either case. end is the
	// position past the last at which it can stand.
	end := len(s) - len(n.text) + n.pivot + 1
	if end <= n.pivot {
		return false
	}
	lo, hi := indexFrom(s, n.lo, n.pivot, end), end
	if n.hi != n.lo {
		hi = indexFrom(s, n.hi, n.pivot, end)
	}
	for {
		at := min(lo, hi)
		if at == end {
			return false
		}
		from := at - n.pivot
		to := from + len(n.text)
		if equalFoldASCII(s[from:to], n.text) && (!left || termEdge(s, from)) && (!right || termEdge(s, to)) {
			return true
		}
		if at == lo {
			lo = indexFrom(s, n.lo, at+1, end)
		} else {
			hi = indexFrom(s, n.hi, at+1, end)
		}
	}
}

// indexFrom returns the position of b in s[from:end], or end.
func indexFrom(s string, b byte, from, end int) int {
	if i := strings.IndexByte(s[from:end], b); i >= 0 {
		return from + i
	}
	return end
}

func (n *needle) inExact(s string, left, right bool) bool {
	for from := 0; ; {
		i := n.index(s[from:])
		if i < 0 {
			return false
		}
		from += i
		if (!left || termEdge(s, from)) && (!right || termEdge(s, from+len(n.text))) {
			return true
		}
		from++
	}
}

// index is strings.Index, but scans for the rarest byte of the text instead of
// the first, as long as that one is not met too often.
func (n *needle) index(s string) int {
	end := len(s) - len(n.text) + n.pivot + 1
	if end <= n.pivot {
		return -1
	}
	at := n.pivot
	for misses := 0; misses < 4+at/32; misses++ {
		if at = indexFrom(s, n.lo, at, end); at == end {
			return -1
		}
		if from := at - n.pivot; s[from:from+len(n.text)] == n.text {
			return from
		}
		at++
	}
	if i := strings.Index(s[at-n.pivot:], n.text); i >= 0 {
		return at - n.pivot + i
	}
	return -1
}

func (n *needle) inRunes(s string, left, right bool) bool {
	for from := range s {
		if size, ok := n.prefixLen(s[from:]); ok && (!left || termEdge(s, from)) && (!right || termEdge(s, from+size)) {
			return true
		}
	}
	return false
}

// prefixLen returns how many bytes of s the text takes at its beginning.
func (n *needle) prefixLen(s string) (size int, ok bool) {
	for _, want := range n.runes {
		r, w := utf8.DecodeRuneInString(s[size:])
		if w == 0 || unicode.ToLower(r) != want {
			return 0, false
		}
		size += w
	}
	return size, true
}

// atStart reports whether s begins with the text.
func (n *needle) atStart(s string) bool {
	switch {
	case !n.fold:
		return strings.HasPrefix(s, n.text)
	case n.runes != nil:
		_, ok := n.prefixLen(s)
		return ok
	}
	return len(s) >= len(n.text) && equalFoldASCII(s[:len(n.text)], n.text)
}

// atEnd reports whether s ends with the text.
func (n *needle) atEnd(s string) bool {
	switch {
	case !n.fold:
		return strings.HasSuffix(s, n.text)
	case n.runes == nil:
		return len(s) >= len(n.text) && equalFoldASCII(s[len(s)-len(n.text):], n.text)
	}
	for i := len(n.runes) - 1; i >= 0; i-- {
		r, w := utf8.DecodeLastRuneInString(s)
		if w == 0 || unicode.ToLower(r) != n.runes[i] {
			return false
		}
		s = s[:len(s)-w]
	}
	return true
}

// equals reports whether s is the text.
func (n *needle) equals(s string) bool {
	switch {
	case !n.fold:
		return s == n.text
	case n.runes != nil:
		size, ok := n.prefixLen(s)
		return ok && size == len(s)
	}
	return len(s) == len(n.text) && equalFoldASCII(s, n.text)
}

// equalFoldASCII compares s with a text in lower case of the same length, eight
// bytes at a time.
func equalFoldASCII(s, lower string) bool {
	lower = lower[:len(s)]
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if x, y := word(s[i:i+8]), word(lower[i:i+8]); x != y && lowerWord(x) != y {
			return false
		}
	}
	for ; i < len(s); i++ {
		if c := s[i]; c != lower[i] && (c-'A' > 'Z'-'A' || c|0x20 != lower[i]) {
			return false
		}
	}
	return true
}

// word reads eight bytes; the compiler makes it one load.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// lowerWord turns the ASCII capitals among eight bytes into small letters. Of
// each byte below 0x80, adding 0x80-'A' carries into the high bit from A on,
// adding 0x7f-'Z' from past Z on; where only the first does, it is a capital.
func lowerWord(w uint64) uint64 {
	const ones = 0x0101010101010101
	low := w & (0x7f * ones)
	capital := ((low + (0x80-'A')*ones) ^ (low + (0x7f-'Z')*ones)) &^ w & (0x80 * ones)
	return w | capital>>2
}

// termEdge reports whether no term of s runs over position i: one of the
// characters beside it is not alphanumeric, or s ends there.
func termEdge(s string, i int) bool {
	if i == 0 || i == len(s) {
		return true
	}
	return !alphanumericBefore(s, i) || !alphanumericAt(s, i)
}

func alphanumericBefore(s string, i int) bool {
	if c := s[i-1]; c < utf8.RuneSelf {
		return isAlphanumeric(c)
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func alphanumericAt(s string, i int) bool {
	if c := s[i]; c < utf8.RuneSelf {
		return isAlphanumeric(c)
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func isAlphanumeric(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 26 }
