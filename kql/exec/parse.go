package exec

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildParse(n *plan.Parse) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	take := takeSimple(n.Steps)
	if n.Mode == plan.ParseRegex {
		if take, err = takeRegex(n); err != nil {
			in.source.Close()
			return nil, err
		}
	}
	return in.then(n.Out, q.statsOf(n), func() (stage, error) {
		c := newCompiler(q)
		c.spent = n.Spent
		x := &extractor{text: c.compile(n.Text), width: n.Out.Len(), where: n.Where, take: take, strict: n.Mode != plan.ParseRelaxed}
		for _, s := range n.Steps {
			if isCapture(s) {
				x.to = append(x.to, s.To)
				x.types = append(x.types, s.Type)
			}
		}
		return x, nil
	}), nil
}

func isCapture(s plan.ParseStep) bool { return !s.Star && s.To >= 0 }

// takeSimple matches a pattern of literal texts. The pattern starts where the
// text does unless it starts with a star or a capture, and may end before it.
func takeSimple(steps []plan.ParseStep) func(string, []capture) bool {
	return func(s string, caps []capture) bool {
		m := simpleMatch{s: s, caps: caps, open: -1}
		next := 0
		for _, st := range steps {
			switch {
			case st.Star:
				m.close()
				m.skip = true
			case isCapture(st):
				m.close()
				m.open, m.typ = next, st.Type
				next++
			case !m.text(st.Text):
				return false
			}
		}
		m.close()
		return true
	}
}

// simpleMatch is the state of one match: the place in the text, and what came
// before that place and waits for its end.
type simpleMatch struct {
	s    string
	at   int
	caps []capture
	open int // the capture that waits for its end, -1 if none
	typ  types.Type
	skip bool // a star waits
}

// text finds the next literal text.
func (m *simpleMatch) text(t string) bool {
	rest := m.s[m.at:]
	if m.open < 0 && !m.skip {
		m.at += len(t)
		return strings.HasPrefix(rest, t)
	}
	i := strings.Index(rest, t)
	if i < 0 {
		return false
	}
	if m.open >= 0 {
		m.caps[m.open] = capture{rest[:i], true}
	}
	m.open, m.skip = -1, false
	m.at += i + len(t)
	return true
}

// close ends a capture that no text follows: a string takes all that is left,
// another type as much as looks like a value of it.
func (m *simpleMatch) close() {
	if m.open < 0 {
		return
	}
	rest := m.s[m.at:]
	n := valueLen(rest, m.typ)
	m.caps[m.open] = capture{rest[:n], true}
	m.at += n
	m.open = -1
}

// valueLen returns how much of the start of s is a value of type t.
func valueLen(s string, t types.Type) int {
	switch {
	case t == types.String || t == types.Dynamic:
		return len(s)
	case t.IsNumeric():
		return len(numberAtStart(t).FindString(s))
	}
	for n := min(len(s), maxValueLen); n > 0; n-- {
		if convertText(s[:n], t).ok {
			return n
		}
	}
	return 0
}

// maxValueLen is more than any printed datetime, timespan, guid or bool needs.
const maxValueLen = 64

var (
	wholeAtStart = regexp.MustCompile(`^\s*[-+]?(?:0[xX][0-9a-fA-F]+|\d+)`)
	realAtStart  = regexp.MustCompile(`^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`)
)

func numberAtStart(t types.Type) *regexp.Regexp {
	if t.IsInteger() {
		return wholeAtStart
	}
	return realAtStart
}

// takeRegex makes one regular expression of the pattern: a star is `.*?`, a
// capture a group of its own beside those that the pattern has.
//
// Source: the Kusto documentation, "parse operator", "Regex mode".
func takeRegex(n *plan.Parse) (func(string, []capture) bool, error) {
	var b strings.Builder
	if n.Flags != "" {
		b.WriteString("(?" + n.Flags + ")")
	}
	groups := 0
	var mine []int
	for _, s := range n.Steps {
		switch {
		case s.Star:
			b.WriteString(".*?")
		case isCapture(s):
			groups++
			mine = append(mine, groups)
			b.WriteString(captureRegex(s.Type))
		default:
			re, err := regexp.Compile(s.Text)
			if err != nil {
				return nil, fmt.Errorf("parse: %w", err)
			}
			groups += re.NumSubexp()
			b.WriteString(s.Text)
		}
	}
	re, err := regexp.Compile(b.String())
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	return func(s string, caps []capture) bool {
		m := re.FindStringSubmatchIndex(s)
		if m == nil {
			return false
		}
		for i, g := range mine {
			if from := m[2*g]; from >= 0 {
				caps[i] = capture{s[from:m[2*g+1]], true}
			}
		}
		return true
	}, nil
}

func captureRegex(t types.Type) string {
	switch {
	case t.IsInteger():
		return `([-+]?\d+)`
	case t.IsNumeric():
		return `([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)`
	}
	return "(.*)"
}
