package builtin

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

type regexFlags struct {
	fold    bool // i
	verbose bool // x
	ascii   bool // -u
	lines   bool // m
	dotAll  bool // s
	crlf    bool // R
}

type regexFrame struct {
	flags regexFlags
	start int
}

func (t *regexTranslator) open() error {
	frame := regexFrame{flags: t.flags, start: t.out.Len()}
	switch {
	case t.take("?P<") || !strings.HasPrefix(t.rest(), "?<=") && !strings.HasPrefix(t.rest(), "?<!") && t.take("?<"):
		name, after, ok := strings.Cut(t.rest(), ">")
		if !ok || name == "" {
			return errors.New("group without a name")
		}
		if !isGroupName(name) {
			return fmt.Errorf("%q is no name of a group: it begins with a letter or _, and has letters, digits, _, . and []", name)
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

func isGroupName(name string) bool {
	for i, r := range name {
		switch {
		case r == '_' || unicode.IsLetter(r):
		case i == 0 || !unicode.IsNumber(r) && !strings.ContainsRune(".[]", r):
			return false
		}
	}
	return true
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
