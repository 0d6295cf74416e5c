// Package command runs management commands (.show tables, .create table …) over a
// store, and answers with the columns that Kusto documents.
//
// Each command is declared once: its syntax, who may run it, the columns of its
// result, what it does. What Kusto has and this does not is declared as well, with
// what to do instead. Operators may follow a command and read its result.
//
// Source: the Kusto documentation, "Management commands overview".
package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// Database is the name of the one database that there is.
const Database = "calypso"

// Options are what commands work on. Store, Engine and Now are needed.
type Options struct {
	Store  *store.Store
	Engine *kql.Engine
	// Now is the clock.
	Now func() time.Time
	// Requests has the queries and commands that run and have run; nil for none.
	Requests *Requests
	// Failures has what was not ingested; nil for nothing.
	Failures *Failures
	// Version and Built say which program this is, Address where it serves and
	// Started since when.
	Version string
	Built   time.Time
	Address string
	Started time.Time
}

// A Session says on whose behalf a command runs, and what its queries read.
type Session struct {
	// May reports whether the caller may use a table; nil for all.
	May func(table string) bool
	// Admin says that the caller may do everything; others see and cancel their
	// own requests only, unless they are operators.
	Admin, Operator bool
	// Catalog is what names in the queries of a command mean.
	Catalog bind.Catalog
	// Run are the limits of queries, their now() and who asks.
	Run kql.RunOptions
	// Request is what the client sent besides the text.
	Request kql.Request
	// Activity is the client's id of the request.
	Activity string
}

func (s *Session) may(table string) bool { return s.May == nil || s.May(table) }

// A Runner runs commands. It is safe for concurrent use.
type Runner struct {
	o        Options
	commands []declared
}

// New returns a runner. It fails only if a command is declared wrongly.
func New(o Options) (*Runner, error) {
	r := &Runner{o: o}
	for _, d := range declarations() {
		c, err := compile(d)
		if err != nil {
			return nil, err
		}
		r.commands = append(r.commands, c)
	}
	return r, nil
}

// IsCommand reports whether a text is a management command and no query: whether
// it begins with a dot, behind comments.
func IsCommand(text string) bool {
	for {
		text = strings.TrimLeft(text, " \t\r\n\ufeff")
		if !strings.HasPrefix(text, "//") {
			return strings.HasPrefix(text, ".")
		}
		_, text, _ = strings.Cut(text, "\n")
	}
}

// A Statement is a command that was understood.
type Statement struct {
	text string
	decl *declared
	name string
	args args
	pipe bool
	// input is where the query or the data after <| begins, -1 if there is none.
	input int
}

// Role returns the role that running the command needs.
func (s *Statement) Role() config.Role { return s.decl.Role }

// Reads reports whether it reads rows of tables, which needs the role reader, too.
func (s *Statement) Reads() bool { return s.decl.input == queryInput }

// Name returns the command's words, as "show tables".
func (s *Statement) Name() string { return s.name }

// nameOf returns the words of a command without what the user gave.
func nameOf(tokens []syntax.Token, words map[string]bool) string {
	var out []string
	depth := 0
	for _, t := range tokens {
		switch t.Text {
		case "(":
			depth++
		case ")":
			depth--
		}
		if depth > 0 {
			continue
		}
		if w := strings.ToLower(t.Text); t.Kind == syntax.TokenIdent && words[w] {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// Parse reads a command. What is wrong with it, or not supported, is an *Error.
func (r *Runner) Parse(text string) (*Statement, error) {
	q, diags := syntax.Parse(text)
	if len(q.Statements) == 0 {
		return nil, mistake(text, 0, 0, "want a command, such as .show tables")
	}
	c, ok := q.Statements[0].(*syntax.CommandStmt)
	if !ok {
		return nil, mistake(text, q.Statements[0].Pos(), q.Statements[0].End(), "a command begins with a dot, as in .show tables; a query is sent as one")
	}
	st := &Statement{text: text, pipe: len(c.Pipe) > 0, input: -1}
	if c.Input != nil {
		st.input = c.Input.Pos()
	}
	tokens := wordsOf(c)
	if err := r.match(st, tokens); err != nil {
		return nil, err
	}
	st.name = nameOf(tokens, st.args.words)
	if st.decl.Instead != "" {
		return nil, mistake(text, c.Pos(), c.Pos()+len(c.Text), "."+st.name+" is not supported: "+st.decl.Instead)
	}
	switch {
	case st.decl.input == noInput && c.Input != nil:
		return nil, mistake(text, c.Input.Pos()-2, c.Input.Pos(), "."+st.name+" takes no query after <|")
	case st.decl.input != noInput && c.Input == nil && !st.args.has("data"):
		return nil, mistake(text, c.End(), c.End(), "."+st.name+" needs <| and a query or data behind it")
	}
	// Data is no KQL: what the parser finds wrong with it does not count.
	if st.decl.input == noInput {
		for _, d := range diags {
			if d.Severity == syntax.Error {
				return nil, &Error{Text: text, Diagnostics: diags}
			}
		}
		if len(q.Statements) > 1 {
			return nil, mistake(text, q.Statements[1].Pos(), q.Statements[1].End(), "one command at a time")
		}
	}
	return st, nil
}

// Run runs a command and returns its tables. An error of the text is an *Error,
// one of what the caller may do a *Forbidden; others are those of the store and of
// queries.
func (r *Runner) Run(ctx context.Context, st *Statement, s *Session) ([]kql.Table, error) {
	for _, t := range st.args.tables {
		if !s.may(t) {
			return nil, &Forbidden{Table: t}
		}
	}
	schema := st.decl.result
	if st.pipe {
		// What is wrong with the operators is found before anything is done.
		if _, err := r.query(ctx, st.text, s, plan.NewMemory(schema, nil)); err != nil {
			return nil, err
		}
	}
	c := &call{Runner: r, st: st, args: &st.args, s: s, out: newRows(schema)}
	if err := st.decl.Run(ctx, c); err != nil {
		return nil, err
	}
	batch, err := c.out.batch()
	if err != nil {
		return nil, err
	}
	table := kql.Table{Schema: schema, Batches: []*column.Batch{batch}, Ordered: true}
	if !st.pipe {
		return []kql.Table{table}, nil
	}
	q, err := r.query(ctx, st.text, s, plan.NewMemory(schema, table.Batches))
	if err != nil {
		return nil, err
	}
	return q.Run(ctx, s.Run)
}

// query compiles a text, unless ctx ends meanwhile; command is the result of the command that it begins with,
// or nil.
func (r *Runner) query(ctx context.Context, text string, s *Session, command plan.Source) (*kql.Query, error) {
	req := s.Request
	req.Command = command
	q, diags := r.o.Engine.CompileRequest(ctx, text, s.Catalog, req)
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, &Error{Text: text, Diagnostics: diags}
		}
	}
	return q, q.Ended()
}

// A call is one run of a command.
type call struct {
	*Runner
	st   *Statement
	args *args
	s    *Session
	out  *rows
}

// inputText returns the text after <|, as it stands there.
func (c *call) inputText() string {
	if c.st.input < 0 {
		return ""
	}
	return c.st.text[c.st.input:]
}

// inputQuery returns the query after <| with blanks before it, so that places in it
// are those of the whole text.
func (c *call) inputQuery() string { return blank(c.st.text[:c.st.input]) + c.inputText() }

// blank returns text with blanks for all but the ends of lines.
func blank(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' {
			return r
		}
		return ' '
	}, asciiOnly(text))
}

// asciiOnly returns a text of as many bytes, one for each.
func asciiOnly(text string) string {
	b := []byte(text)
	for i, c := range b {
		if c >= 0x80 {
			b[i] = ' '
		}
	}
	return string(b)
}

// inputPlan compiles a query that stands in the command where it stands in text.
func (c *call) inputPlan(ctx context.Context, text string) (*kql.Query, error) {
	q, err := c.query(ctx, text, c.s, nil)
	var e *Error
	if errors.As(err, &e) {
		e.Text = c.st.text
	}
	return q, err
}

// now returns the command's now, in ticks.
func (c *call) now() int64 {
	ticks, _ := types.TicksOf(c.o.Now())
	return ticks
}

// mistakeHere is a mistake of the command's own words.
func (c *call) mistake(format string, a ...any) error {
	end := len(c.st.text)
	if c.st.input >= 0 {
		end = c.st.input - 2
	}
	trimmed := strings.TrimRight(c.st.text[:end], " \t\r\n")
	return mistake(c.st.text, 0, len(trimmed), fmt.Sprintf(format, a...))
}

// An Error says what is wrong with the text of a command.
type Error struct {
	Text        string
	Diagnostics []syntax.Diagnostic
}

// Error implements error: the findings, with the text underlined.
func (e *Error) Error() string {
	return strings.TrimRight(syntax.Render(e.Text, e.Diagnostics), "\n")
}

func mistake(text string, from, to int, message string) error {
	return &Error{Text: text, Diagnostics: []syntax.Diagnostic{{Code: "KS999", Severity: syntax.Error, Pos: from, End: max(from, to), Message: message}}}
}

// A Forbidden error says that the caller may not use a table.
type Forbidden struct{ Table string }

// Error implements error.
func (e *Forbidden) Error() string { return "the token is not for table " + e.Table }
