package builtin

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/function"
)

// A matcher is a compiled regular expression of Kusto. It is safe for concurrent
// use.
//
// Go's regexp is slow where nothing tells it what to look for, so a matcher
// first looks for a text that every match contains.
type matcher struct {
	re *regexp.Regexp // nil if words runs the expression over all text
	// names has the name of each group, "" where it has none; names[0] stands
	// for the whole match.
	names []string
	// required has texts of which a match contains at least one, nil if there
	// are none to look for.
	required []*needle
	// exact is set if a text matches where it has one of required: the rest of
	// the expression may be empty.
	exact bool
	// words runs the expression over text beyond ASCII, where Go's \b is not
	// Kusto's, and over all text if it has edges; nil if the expression does not
	// ask for word boundaries.
	words *wordMatcher
	// spare runs the expression over ASCII text where only a yes or no is asked
	// for; who uses it takes it away for the time. nil if the expression is too
	// large, or someone else has it.
	spare atomic.Pointer[dfa]
	// captures is the same for where matches are and their groups.
	captures atomic.Pointer[captureDFA]
}

// An anchor ties an expression to one end of the text.
type anchor uint8

const (
	anchorNone anchor = iota
	anchorStart
	anchorEnd
)

// newMatcher compiles pattern. It fails where Kusto rejects the pattern.
func newMatcher(pattern string, at anchor) (*matcher, error) {
	t, err := translateRegex(pattern)
	if err != nil {
		return nil, wrongPattern(pattern, err)
	}
	switch at {
	case anchorStart:
		t.text = `\A(?:` + t.text + `)`
	case anchorEnd:
		t.text = `(?:` + t.text + `)\z`
	}
	re, err := regexp.Compile(t.text)
	if err != nil {
		return nil, wrongPattern(pattern, err)
	}
	tree, err := syntax.Parse(t.text, syntax.Perl)
	if err != nil {
		return nil, wrongPattern(pattern, err)
	}
	m := &matcher{re: re, names: t.names, required: requiredTexts(tree)}
	if t.edges != nil {
		t.numberGroups(tree)
		m.re = nil
		if m.words, err = newWordMatcher(tree); err != nil {
			return nil, wrongPattern(pattern, err)
		}
		t.placeEdges(m.words.prog)
		return m, nil
	}
	m.exact = m.required != nil && withoutLooseEnds(tree).Op == syntax.OpLiteral
	if d := newDFA(tree); d != nil {
		m.spare.Store(d)
	}
	if d := newCaptureDFA(tree, m.groups()); d != nil {
		m.captures.Store(d)
	}
	if t.boundary {
		if m.words, err = newWordMatcher(tree); err != nil {
			return nil, wrongPattern(pattern, err)
		}
	}
	return m, nil
}

// wrongPattern says what is wrong with a pattern: in its own words, where Go quotes what
// it was translated to, and in a line, however long it is.
func wrongPattern(pattern string, err error) error {
	const most = 200
	var e *syntax.Error
	if errors.As(err, &e) && (len(e.Expr) > most || !strings.Contains(pattern, e.Expr)) {
		err = errors.New(e.Code.String())
	}
	if len(pattern) > most {
		pattern = strings.ToValidUTF8(pattern[:most], "") + "…"
	}
	return fmt.Errorf("regular expression %q: %w", pattern, err)
}

// regexKey is the memo key of a compiled pattern.
type regexKey struct {
	pattern string
	at      anchor
}

// regexFor returns the matcher for pattern, compiled once in the life of c.
func regexFor(c *function.Call, pattern string) (*matcher, error) {
	return anchoredRegexFor(c, pattern, anchorNone)
}

func anchoredRegexFor(c *function.Call, pattern string, at anchor) (*matcher, error) {
	return function.Memoize(c, regexKey{pattern, at}, func() (*matcher, error) { return newMatcher(pattern, at) })
}

// groups returns the number of capture groups.
func (m *matcher) groups() int { return len(m.names) - 1 }

// group returns the number of the group called name.
func (m *matcher) group(name string) (int, bool) {
	for i, n := range m.names {
		if i > 0 && n == name {
			return i, true
		}
	}
	return 0, false
}

// mayMatch reports whether s holds a text that a match needs.
func (m *matcher) mayMatch(s string) bool {
	if m.required == nil {
		return true
	}
	for _, n := range m.required {
		if n.in(s, false, false) {
			return true
		}
	}
	return false
}

func (m *matcher) beyondGo(s string) bool { return m.words != nil && (m.re == nil || !isASCII(s)) }

// matches reports whether s contains a match.
func (m *matcher) matches(s string) bool {
	if !m.mayMatch(s) {
		return false
	}
	if m.exact {
		return true
	}
	if d := m.spare.Swap(nil); d != nil {
		found, ok := d.matches(s)
		m.spare.Store(d)
		if ok {
			return found
		}
	}
	if m.beyondGo(s) {
		return m.words.find(s) != nil
	}
	return m.re.MatchString(s)
}
