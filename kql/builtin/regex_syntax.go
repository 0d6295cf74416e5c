package builtin

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// Kusto's regular expressions are those of Rust's regex crate. They are close
// to Go's (both descend from RE2: leftmost-first, no backreferences, no
// look-around), but \d, \s, \w and \b know Unicode, classes nest and have set
// operations, and there is a verbose mode. translateRegex rewrites a pattern to
// Go's syntax.
//
// Source: the Kusto documentation, "Regex syntax".

// A translation is a pattern in Go's syntax.
type translation struct {
	text string
	// names has the name of each group, "" where it has none; names[0] stands
	// for the whole match.
	names []string
	// edges has what the groups e0, e1 … of text stand for.
	edges []edge
	// boundary is set if the pattern asks for Unicode word boundaries, which
	// Go's own \b and \B are only over ASCII text.
	boundary bool
}

type regexTranslator struct {
	translation
	src string
	pos int
	out strings.Builder
	// atom is where the text of the last atom begins in out, -1 if there is
	// nothing to repeat; repeated is set once it has a repetition.
	atom     int
	repeated bool
	// outer holds what was in force around each open group.
	outer []regexFrame
	flags regexFlags
	// flat is set where classes do not nest: see outerClass.
	flat bool
}

func translateRegex(pattern string) (translation, error) {
	t := &regexTranslator{src: pattern, atom: -1}
	t.names = []string{""}
	for t.pos < len(t.src) {
		if err := t.step(); err != nil {
			return translation{}, err
		}
	}
	if len(t.outer) > 0 {
		return translation{}, errors.New("missing )")
	}
	t.text = t.out.String()
	return t.translation, nil
}

// next returns the rune at the position and moves past it.
func (t *regexTranslator) next() rune {
	r, n := utf8.DecodeRuneInString(t.src[t.pos:])
	t.pos += n
	return r
}

func (t *regexTranslator) rest() string { return t.src[t.pos:] }

// take moves past prefix if it comes next.
func (t *regexTranslator) take(prefix string) bool {
	if !strings.HasPrefix(t.rest(), prefix) {
		return false
	}
	t.pos += len(prefix)
	return true
}

func (t *regexTranslator) begin() { t.atom, t.repeated = t.out.Len(), false }

func (t *regexTranslator) literal(r rune) {
	t.begin()
	appendRune(&t.out, r)
}

func (t *regexTranslator) set(s runeSet) {
	t.begin()
	s.appendTo(&t.out)
}

func (t *regexTranslator) step() error {
	switch r := t.next(); {
	case t.flags.verbose && isPatternSpace(r):
	case t.flags.verbose && r == '#':
		if end := strings.IndexByte(t.rest(), '\n'); end >= 0 {
			t.pos += end + 1
		} else {
			t.pos = len(t.src)
		}
	case r == '(':
		return t.open()
	case r == ')':
		return t.close()
	case r == '|':
		t.out.WriteByte('|')
		t.atom = -1
	case r == '^' && t.flags.crlf && t.flags.lines:
		t.edge(lineStart)
	case r == '$' && t.flags.crlf && t.flags.lines:
		t.edge(lineEnd)
	case r == '.' && t.flags.crlf && !t.flags.dotAll:
		t.begin()
		t.out.WriteString(`[^\r\n]`)
	case r == '.' || r == '^' || r == '$':
		t.begin()
		t.out.WriteRune(r)
	case r == '*' || r == '+' || r == '?':
		return t.repeat(string(r))
	case r == '{':
		if c, ok := t.count(); ok {
			return t.repeatCounted(c)
		}
		t.literal('{')
	case r == '[':
		s, err := t.outerClass()
		if err != nil {
			return err
		}
		t.set(s)
	case r == '\\':
		return t.escape()
	default:
		t.literal(r)
	}
	return nil
}

func isPatternSpace(r rune) bool {
	switch r {
	case ' ', '\t', '\n', '\v', '\f', '\r', 0x85, 0x200e, 0x200f, 0x2028, 0x2029:
		return true
	}
	return false
}
