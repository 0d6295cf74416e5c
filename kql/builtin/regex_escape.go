package builtin

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

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
