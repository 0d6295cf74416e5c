package command

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/internal/spelling"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

type (
	ctx  = context.Context
	role = config.Role
)

// declared is a declaration, read.
type declared struct {
	Declaration
	items  []item
	result types.Schema
	input  input
}

// Declarations returns all commands: those that run, and those that are refused.
func Declarations() []Declaration { return declarations() }

// declarations lists the families.
func declarations() []Declaration {
	return slices.Concat(showTables(), showSchemas(), showDatabases(), showSystem(), changeTables(), changeColumns(),
		functionCommands(), mappingCommands(), policyCommands(), ingestCommands(), deleteCommands(), requestCommands(), maintenance(), refused())
}

func compile(d Declaration) (declared, error) {
	c := declared{Declaration: d}
	var err error
	if c.items, err = parseSyntax(d.Syntax); err != nil {
		return c, fmt.Errorf(".%s: %w", d.Syntax, err)
	}
	c.input = map[string]input{"": noInput, "query": queryInput, "data": dataInput}[d.Input]
	if d.Instead != "" {
		c.input = dataInput
		return c, nil
	}
	if c.result, err = schemaOf(d.Columns); err != nil {
		return c, fmt.Errorf(".%s: %w", d.Syntax, err)
	}
	if d.Run == nil || d.Doc == "" || d.Role == "" {
		return c, fmt.Errorf(".%s: want Run, Doc and Role", d.Syntax)
	}
	return c, nil
}

// schemaOf reads "(a: string, b: long)".
func schemaOf(text string) (types.Schema, error) {
	var s types.Schema
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "("), ")")
	for _, part := range strings.Split(inner, ",") {
		name, kind, _ := strings.Cut(part, ":")
		t, ok := types.Lookup(strings.TrimSpace(kind))
		if !ok {
			return s, fmt.Errorf("column %q has no type", part)
		}
		s.Columns = append(s.Columns, types.Column{Name: strings.TrimSpace(name), Type: t})
	}
	return s, nil
}

// match finds the declaration that the tokens of a statement fit.
func (r *Runner) match(st *Statement, tokens []syntax.Token) error {
	far := &matcher{}
	for i := range r.commands {
		d := &r.commands[i]
		m := &matcher{tokens: tokens, args: args{values: map[string]any{}, words: map[string]bool{}}}
		end := func(at int) bool {
			if at < len(tokens) {
				m.failed(at, "the end of the command", "")
			}
			return at == len(tokens)
		}
		if m.match(d.items, 0, end) {
			st.decl, st.args = d, m.args
			return nil
		}
		if d.Instead != "" {
			continue
		}
		switch {
		case m.far > far.far:
			far = m
		case m.far == far.far:
			far.want = append(far.want, m.want...)
			if far.wrong == "" {
				far.wrong = m.wrong
			}
		}
	}
	return unknown(st.text, tokens, far)
}

// unknown says what could stand where a command is not understood.
func unknown(text string, tokens []syntax.Token, m *matcher) error {
	from, to := len(strings.TrimRight(text, " \t\r\n")), len(strings.TrimRight(text, " \t\r\n"))
	if m.far < len(tokens) {
		from, to = tokens[m.far].From, tokens[m.far].To
	}
	if m.wrong != "" {
		return mistake(text, from, to, m.wrong)
	}
	slices.Sort(m.want)
	want := slices.Compact(m.want)
	const most = 24
	more := ""
	if len(want) > most {
		want, more = want[:most], " …"
	}
	got := "the command ends here"
	if m.far < len(tokens) {
		got = fmt.Sprintf("%s is not understood here", quoted(tokens[m.far].Text))
	}
	return mistake(text, from, to, got+": write "+spelling.Or(want)+more)
}

// quoted returns a word of the user's in quotes, short.
func quoted(word string) string {
	const most = 60
	if len(word) > most {
		word = strings.ToValidUTF8(word[:most], "") + "…"
	}
	return "'" + word + "'"
}
