package command

import (
	"errors"
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// A Declaration declares a command.
type Declaration struct {
	// Syntax is what the command is written like, without its dot: words, <kind>
	// and <name:kind> for what the user gives, [optional], (one | other).
	Syntax string
	// Doc says in a sentence what it does.
	Doc string
	// Role is the role that it needs.
	Role role
	// Columns are those of its result, "(TableName: string, …)".
	Columns string
	// Input says what follows <|: nothing, "query" or "data".
	Input string
	// Run does it.
	Run func(ctx ctx, c *call) error
	// Makes returns the tables that are there once it has run, for a command that does
	// nothing but make those that are not; nil for others.
	Makes func(a *args) []tableSchema
	// Instead says, of a command that is not supported, why, and what to do
	// instead. Such a command has nothing but Syntax and Instead.
	Instead string
}

// input is what follows <|.
type input uint8

const (
	noInput input = iota
	queryInput
	dataInput
)

// An item is a part of a command's syntax.
type item struct {
	word     string // a word or a sign
	key      string // of what the user gives
	kind     string
	choices  [][]item
	optional bool
}

// parseSyntax reads the notation of Declaration.Syntax.
func parseSyntax(text string) ([]item, error) {
	for _, sign := range []string{"[", "]", "(", ")", "|", "="} {
		text = strings.ReplaceAll(text, sign, " "+sign+" ")
	}
	p := &notation{words: strings.Fields(text)}
	items, err := p.sequence()
	if err == nil && p.at < len(p.words) {
		err = fmt.Errorf("%q is too much", p.words[p.at])
	}
	return items, err
}

type notation struct {
	words []string
	at    int
}

func (p *notation) peek() string {
	if p.at < len(p.words) {
		return p.words[p.at]
	}
	return ""
}

func (p *notation) sequence() ([]item, error) {
	var out []item
	for {
		switch w := p.peek(); w {
		case "", "]", ")", "|":
			return out, nil
		case "[", "(":
			p.at++
			it, err := p.choices(w)
			if err != nil {
				return nil, err
			}
			out = append(out, it)
		default:
			p.at++
			it := item{word: w}
			if inner, ok := strings.CutPrefix(w, "<"); ok {
				inner = strings.TrimSuffix(inner, ">")
				key, kind, named := strings.Cut(inner, ":")
				if !named {
					kind = key
				}
				if _, ok := kinds[kind]; !ok {
					return nil, fmt.Errorf("%s is of no kind that there is", w)
				}
				it = item{key: key, kind: kind}
			}
			out = append(out, it)
		}
	}
}

func (p *notation) choices(open string) (item, error) {
	it := item{optional: open == "["}
	end := map[string]string{"[": "]", "(": ")"}[open]
	for {
		seq, err := p.sequence()
		if err != nil {
			return it, err
		}
		it.choices = append(it.choices, seq)
		switch w := p.peek(); w {
		case "|":
			p.at++
		case end:
			p.at++
			return it, nil
		default:
			return it, fmt.Errorf("want %s instead of %q", end, w)
		}
	}
}

// args are what a command was given.
type args struct {
	values map[string]any
	words  map[string]bool
	// tables are the names of tables that it is about.
	tables []string
}

func (a *args) has(word string) bool     { return a.words[word] || a.values[word] != nil }
func (a *args) text(key string) string   { s, _ := a.values[key].(string); return s }
func (a *args) list(key string) []string { l, _ := a.values[key].([]string); return l }

func (a *args) props(key string) properties { p, _ := a.values[key].(properties); return p }

// A matcher holds tokens against the syntax of a command.
type matcher struct {
	tokens []syntax.Token
	args   args
	// far is the furthest token that did not fit, and want what could stand there.
	far  int
	want []string
	// wrong is what is wrong with something that a command takes there.
	wrong string
}

// match finds out whether what is left of a sequence fits the tokens from at on,
// and then whether rest does.
func (m *matcher) match(seq []item, at int, rest func(int) bool) bool {
	if len(seq) == 0 {
		return rest(at)
	}
	it, after := seq[0], func(to int) bool { return m.match(seq[1:], to, rest) }
	switch {
	case it.choices != nil:
		for _, c := range it.choices {
			if m.match(c, at, after) {
				return true
			}
		}
		return it.optional && after(at)
	case it.word != "":
		c := &cursor{tokens: m.tokens, at: at}
		if !c.accept(it.word) {
			m.failed(at, it.word, "")
			return false
		}
		before := m.args.words[it.word]
		m.args.words[it.word] = true
		if after(c.at) {
			return true
		}
		m.args.words[it.word] = before
		return false
	}
	c := &cursor{tokens: m.tokens, at: at}
	v, tables, err := kinds[it.kind].read(c)
	if err != nil {
		wrong := ""
		if !errors.Is(err, errExpected) {
			wrong = err.Error()
		}
		m.failed(c.at, kinds[it.kind].want, wrong)
		return false
	}
	had, n := m.args.values[it.key], len(m.args.tables)
	m.args.values[it.key] = v
	m.args.tables = append(m.args.tables, tables...)
	if after(c.at) {
		return true
	}
	m.args.values[it.key], m.args.tables = had, m.args.tables[:n]
	return false
}

// failed keeps what could stand at the furthest place.
func (m *matcher) failed(at int, want, wrong string) {
	if at > m.far {
		m.far, m.want, m.wrong = at, nil, ""
	}
	if at == m.far {
		m.want = append(m.want, want)
		if wrong != "" {
			m.wrong = wrong
		}
	}
}
