package builtin

import (
	"errors"
	"fmt"
	"strconv"
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

type regexFlags struct {
	fold    bool // i
	verbose bool // x
	ascii   bool // -u
	lines   bool // m
	dotAll  bool // s
	crlf    bool // R
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

type regexFrame struct {
	flags regexFlags
	start int
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
		if count, ok := t.count(); ok {
			return t.repeat(count)
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

func (t *regexTranslator) open() error {
	frame := regexFrame{flags: t.flags, start: t.out.Len()}
	switch {
	case t.take("?P<") || !strings.HasPrefix(t.rest(), "?<=") && !strings.HasPrefix(t.rest(), "?<!") && t.take("?<"):
		name, after, ok := strings.Cut(t.rest(), ">")
		if !ok || name == "" {
			return errors.New("group without a name")
		}
		t.pos = len(t.src) - len(after)
		for _, n := range t.names {
			if n == name {
				return fmt.Errorf("two groups are named %q", name)
			}
		}
		t.names = append(t.names, name)
		t.out.WriteByte('(')
	case strings.HasPrefix(t.rest(), "?=") || strings.HasPrefix(t.rest(), "?!") || strings.HasPrefix(t.rest(), "?<"):
		return errors.New("look-around is not supported")
	case t.take("?"):
		done, err := t.setFlags()
		if done || err != nil {
			return err
		}
	default:
		t.names = append(t.names, "")
		t.out.WriteByte('(')
	}
	t.outer = append(t.outer, frame)
	t.atom = -1
	return nil
}

func (t *regexTranslator) close() error {
	n := len(t.outer)
	if n == 0 {
		return errors.New("unexpected )")
	}
	t.out.WriteByte(')')
	frame := t.outer[n-1]
	t.outer = t.outer[:n-1]
	t.flags, t.atom, t.repeated = frame.flags, frame.start, false
	return nil
}

// setFlags reads what follows "(?" up to ')' or ':'. done reports that the
// group ended there: the flags hold for what is left of the group around it.
func (t *regexTranslator) setFlags() (done bool, err error) {
	var on, off strings.Builder
	negated := false
	flags := t.flags
	for t.pos < len(t.src) {
		c := t.next()
		switch c {
		case '-':
			negated = true
		case 'i', 'm', 's', 'U':
			switch c {
			case 'i':
				flags.fold = !negated
			case 'm':
				flags.lines = !negated
			case 's':
				flags.dotAll = !negated
			}
			if negated {
				off.WriteRune(c)
			} else {
				on.WriteRune(c)
			}
		case 'x':
			flags.verbose = !negated
		case 'u':
			flags.ascii = negated
		case 'R':
			flags.crlf = !negated
		case ')', ':':
			t.writeFlags(on.String(), off.String(), c)
			if c == ')' {
				t.atom = -1
			}
			t.flags = flags
			return c == ')', nil
		default:
			return false, fmt.Errorf("unknown flag %q", c)
		}
	}
	return false, errors.New("missing )")
}

func (t *regexTranslator) writeFlags(on, off string, end rune) {
	if on == "" && off == "" && end == ')' {
		return
	}
	t.out.WriteString("(?" + on)
	if off != "" {
		t.out.WriteString("-" + off)
	}
	t.out.WriteRune(end)
}

// count reads the rest of a repetition count, "{2,3}".
func (t *regexTranslator) count() (text string, ok bool) {
	body, _, closed := strings.Cut(t.rest(), "}")
	if !closed {
		return "", false
	}
	low, high, ranged := strings.Cut(body, ",")
	if !isDigits(low) || ranged && high != "" && !isDigits(high) {
		return "", false
	}
	t.pos += len(body) + 1
	return "{" + body + "}", true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func (t *regexTranslator) repeat(op string) error {
	if t.atom < 0 {
		return fmt.Errorf("nothing to repeat before %s", op)
	}
	if t.repeated { // (a+)+ may be written a++
		text := t.out.String()
		t.out.Reset()
		t.out.WriteString(text[:t.atom] + "(?:" + text[t.atom:] + ")")
	}
	t.out.WriteString(op)
	if t.take("?") {
		t.out.WriteByte('?')
	}
	t.repeated = true
	return nil
}

func (t *regexTranslator) escape() error {
	if t.pos == len(t.src) {
		return errors.New("backslash at the end")
	}
	switch r := t.next(); r {
	case 'b', 'B':
		if r == 'b' {
			if e, ok, err := t.edgeAfterB(); err != nil {
				return err
			} else if ok {
				t.word(e)
				return nil
			}
		}
		t.begin()
		t.out.WriteString(`\` + string(r))
		t.boundary = t.boundary || !t.flags.ascii
	case '<':
		t.word(wordStart)
	case '>':
		t.word(wordEnd)
	case 'A', 'z':
		t.begin()
		t.out.WriteString(`\` + string(r))
	default:
		s, single, err := t.escapedSet(r)
		if err != nil {
			return err
		}
		if s == nil {
			t.literal(single)
			return nil
		}
		t.set(s)
	}
	return nil
}

// escapedSet reads an escape that may also stand in a class, r being the rune
// after the backslash: a set, or one rune where the set is nil.
func (t *regexTranslator) escapedSet(r rune) (set runeSet, single rune, err error) {
	switch r {
	case 'd', 's', 'w':
		return perlSet(byte(r), t.flags.ascii), 0, nil
	case 'D', 'S', 'W':
		return perlSet(byte(r)|0x20, t.flags.ascii).negate(), 0, nil
	case 'p', 'P':
		set, err = t.unicodeClass(r == 'P')
		return set, 0, err
	case 'a':
		return nil, '\a', nil
	case 'f':
		return nil, '\f', nil
	case 't':
		return nil, '\t', nil
	case 'n':
		return nil, '\n', nil
	case 'r':
		return nil, '\r', nil
	case 'v':
		return nil, '\v', nil
	case 'x':
		single, err = t.hex(2)
		return nil, single, err
	case 'u':
		single, err = t.hex(4)
		return nil, single, err
	case 'U':
		single, err = t.hex(8)
		return nil, single, err
	}
	if '0' <= r && r <= '9' {
		single, err = t.octal(r)
		return nil, single, err
	}
	if r < 0x80 && isWordRune(r) && r != '_' {
		return nil, 0, fmt.Errorf(`unknown escape \%c`, r)
	}
	return nil, r, nil
}

func (t *regexTranslator) hex(digits int) (rune, error) {
	text := ""
	if t.take("{") {
		body, _, ok := strings.Cut(t.rest(), "}")
		if !ok {
			return 0, errors.New("missing } after a hexadecimal escape")
		}
		text = body
		t.pos += len(body) + 1
	} else {
		text = t.rest()[:min(digits, len(t.rest()))]
		t.pos += len(text)
		if len(text) < digits {
			return 0, errors.New("hexadecimal escape is too short")
		}
	}
	v, err := strconv.ParseUint(text, 16, 32)
	if err != nil || v > utf8.MaxRune {
		return 0, fmt.Errorf("no code point %q", text)
	}
	return rune(v), nil
}

// octal reads \0 to \777. A backslash with one digit from 1 on is what other
// dialects call a backreference, which Kusto does not have.
func (t *regexTranslator) octal(first rune) (rune, error) {
	text := string(first)
	for len(text) < 3 && t.pos < len(t.src) && '0' <= t.src[t.pos] && t.src[t.pos] <= '7' {
		text += string(t.next())
	}
	if first != '0' && len(text) < 3 || first > '7' {
		return 0, errors.New("backreferences are not supported")
	}
	v, err := strconv.ParseUint(text, 8, 32)
	return rune(v), err
}

func (t *regexTranslator) unicodeClass(negated bool) (runeSet, error) {
	if t.pos == len(t.src) {
		return nil, errors.New(`\p without a name`)
	}
	name := ""
	if t.take("{") {
		body, _, ok := strings.Cut(t.rest(), "}")
		if !ok {
			return nil, errors.New(`missing } after \p`)
		}
		t.pos += len(body) + 1
		name = body
		if rest, ok := strings.CutPrefix(name, "^"); ok {
			name, negated = rest, !negated
		}
	} else {
		name = string(t.next())
	}
	s, ok := unicodeSet(name)
	if !ok {
		return nil, fmt.Errorf("unknown Unicode class %q", name)
	}
	if t.flags.fold {
		s = s.fold()
	}
	if negated {
		s = s.negate()
	}
	return s, nil
}
