package builtin

import (
	"errors"
	"fmt"
	"strings"
)

// errNoBracket is a class without an end.
var errNoBracket = errors.New("missing ]")

// outerClass reads a class that is in no other. A '[' within one begins a nested
// class, unless a ']' is missing then: it is itself, as in RE2, in which many
// published rules are written. [[] is then the bracket.
func (t *regexTranslator) outerClass() (runeSet, error) {
	start := t.pos
	s, err := t.class()
	if errors.Is(err, errNoBracket) {
		t.pos, t.flat = start, true
		s, err = t.class()
		t.flat = false
	}
	return s, err
}

// class reads a bracketed class; the '[' has been read. Unions bind more
// tightly than &&, -- and ~~, which are taken from left to right.
func (t *regexTranslator) class() (runeSet, error) {
	negated := t.take("^")
	var total, union runeSet
	op := ""
	first := true
	for {
		if t.pos == len(t.src) {
			return nil, errNoBracket
		}
		if !first && t.take("]") {
			break
		}
		if next := t.setOperator(); next != "" && !first {
			total, union = combineSets(op, total, union), nil
			op = next
			continue
		}
		item, err := t.classItem()
		if err != nil {
			return nil, err
		}
		union = union.union(item)
		first = false
	}
	total = combineSets(op, total, union)
	if negated {
		total = total.negate()
	}
	return total, nil
}

func (t *regexTranslator) setOperator() string {
	for _, op := range []string{"&&", "--", "~~"} {
		if t.take(op) {
			return op
		}
	}
	return ""
}

func combineSets(op string, a, b runeSet) runeSet {
	switch op {
	case "&&":
		return a.intersect(b)
	case "--":
		return a.subtract(b)
	case "~~":
		return a.subtract(b).union(b.subtract(a))
	}
	return b
}

// classItem reads a range, a rune, an escape or a nested class.
func (t *regexTranslator) classItem() (runeSet, error) {
	r := t.next()
	if t.flags.verbose && isPatternSpace(r) {
		return nil, nil
	}
	if r == '[' {
		if t.take(":") {
			return t.posixClass()
		}
		if !t.flat {
			return t.class()
		}
	}
	lo, set, err := t.classRune(r)
	if err != nil || set != nil {
		return set, err
	}
	hi := lo
	if rest := t.rest(); len(rest) > 1 && rest[0] == '-' && rest[1] != ']' && rest[1] != '-' {
		t.pos++
		if hi, set, err = t.classRune(t.next()); err != nil {
			return nil, err
		}
		if set != nil {
			return nil, errors.New("a class cannot end a range")
		}
		if hi < lo {
			return nil, fmt.Errorf("range %c-%c is empty", lo, hi)
		}
	}
	s := runeSet{{lo, hi}}
	if t.flags.fold {
		s = s.fold()
	}
	return s, nil
}

func (t *regexTranslator) classRune(r rune) (single rune, set runeSet, err error) {
	if r != '\\' {
		return r, nil, nil
	}
	if t.pos == len(t.src) {
		return 0, nil, errNoBracket
	}
	r = t.next()
	if r == 'b' {
		return '\b', nil, nil
	}
	set, single, err = t.escapedSet(r)
	return single, set, err
}

func (t *regexTranslator) posixClass() (runeSet, error) {
	negated := t.take("^")
	name, _, ok := strings.Cut(t.rest(), ":]")
	if !ok {
		return nil, errors.New("missing :]")
	}
	s, known := posixSet(name)
	if !known {
		return nil, fmt.Errorf("unknown class [:%s:]", name)
	}
	t.pos += len(name) + 2
	if t.flags.fold {
		s = s.fold()
	}
	if negated {
		s = s.negate()
	}
	return s, nil
}
