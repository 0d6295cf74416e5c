package builtin

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"
)

// repeat writes what repeats the last atom: *, +, ? or a count.
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

// A repetition is how often something is repeated, and how it is written; most is
// noLimit if that is not limited.
type repetition struct {
	least, most int
	text        string
}

const noLimit = -1

// count reads the rest of a repetition count, "{2,3}".
func (t *regexTranslator) count() (r repetition, ok bool) {
	body, _, closed := strings.Cut(t.rest(), "}")
	low, high, ranged := strings.Cut(body, ",")
	if !closed || !isDigits(low) || high != "" && !isDigits(high) {
		return r, false
	}
	number := func(digits string) int {
		n, err := strconv.Atoi(digits)
		if err != nil {
			return maxCopies + 1
		}
		return n
	}
	r.least = number(low)
	switch {
	case !ranged:
		r.most = r.least
	case high == "":
		r.most = noLimit
	default:
		r.most = number(high)
	}
	r.text = "{" + body + "}"
	t.pos += len(body) + 1
	return r, true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// repeatCounted repeats the last atom. Go limits how often a pattern can
// repeat something, within other repetitions, too, to a thousand times, Kusto
// does not: the atom is written several times then.
func (t *regexTranslator) repeatCounted(r repetition) error {
	if t.atom < 0 {
		return fmt.Errorf("nothing to repeat before %s", r.text)
	}
	if r.most != noLimit && r.most < r.least {
		return fmt.Errorf("the count %s is empty", r.text)
	}
	text := t.out.String()
	atom := text[t.atom:]
	if t.repeated {
		atom = "(?:" + atom + ")"
	}
	var limit *syntax.Error
	if _, err := syntax.Parse(atom+r.text, syntax.Perl); !errors.As(err, &limit) || limit.Code != syntax.ErrInvalidRepeatSize {
		return t.repeat(r.text)
	}
	alone, err := syntax.Parse(atom, syntax.Perl)
	if err != nil {
		return err
	}
	if regexSteps(alone) > maxSteps/max(r.least, r.most, 1) {
		return fmt.Errorf("the count %s is too large here", r.text)
	}
	lazy := ""
	if t.take("?") {
		lazy = "?"
	}
	copies, err := copiesOf(atom, r, lazy)
	if err != nil {
		return err
	}
	t.out.Reset()
	t.out.WriteString(text[:t.atom] + copies)
	t.repeated = true
	return nil
}

const (
	// maxCopies is how often something can be repeated at most, maxCopied how
	// long its copies can be: \w is some 20 KB.
	maxCopies = 10_000
	maxCopied = 4 << 20
	// maxSteps is how many characters and classes a repeated part can have at most, all
	// copies counted: of a million, Go takes seconds to make a program.
	maxSteps = 100_000
	// maxOptional is how many copies may be missing: each is within the one
	// before it.
	maxOptional = 400
	// goRepeats is how often Go repeats something at most.
	goRepeats = 1000
)

// regexSteps counts the characters and classes of an expression, with all copies.
func regexSteps(re *syntax.Regexp) int {
	n := max(len(re.Rune), 1)
	if re.Op == syntax.OpCharClass {
		n = 1
	}
	for _, sub := range re.Sub {
		n += regexSteps(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return n
}

// copiesOf writes an atom as often as r says. Only the last copy has the atom's
// groups: they hold what they matched last.
func copiesOf(atom string, r repetition, lazy string) (string, error) {
	if r.least == 0 && r.most != 0 {
		copies, err := copiesOf(atom, repetition{1, r.most, r.text}, lazy)
		return "(?:" + copies + ")?" + lazy, err
	}
	tooLarge := fmt.Errorf("the count %s is too large here", r.text)
	// Every '(' that is not followed by '?' is a group: literals are written \x{28}.
	plain := strings.ReplaceAll(strings.ReplaceAll(atom, "(?", "\x00"), "(", "(?:")
	plain = strings.ReplaceAll(plain, "\x00", "(?")
	before, optional := r.least-1, max(r.most-r.least, 0)
	_, err := syntax.Parse(fmt.Sprintf("%s{%d}", plain, goRepeats), syntax.Perl)
	inParts := err == nil
	if max(r.least, r.most) > maxCopies || !inParts && ((before+optional)*len(plain) > maxCopied || optional > maxOptional) || strings.Contains(atom, "(?P<") {
		return "", tooLarge
	}
	var b strings.Builder
	b.WriteString("(?:")
	parts := func(n int, form string) {
		for ; n > 0; n -= goRepeats {
			fmt.Fprintf(&b, form, plain, min(n, goRepeats))
		}
	}
	if inParts {
		parts(before, "%s{%d}")
		parts(optional, "%s{0,%d}"+lazy)
	} else {
		b.WriteString(strings.Repeat(plain, before))
		b.WriteString(strings.Repeat("(?:"+plain, optional) + strings.Repeat(")?"+lazy, optional))
	}
	if r.most == noLimit {
		b.WriteString(plain + "*" + lazy)
	}
	b.WriteString(atom + ")")
	return b.String(), nil
}
