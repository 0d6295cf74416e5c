package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/workspace"
)

// A session is what queries run over, and how they are answered.
type session struct {
	engine *kql.Engine
	ws     *workspace.Workspace
	set    *opened
	data   *dataFlags
	limits *limitFlags
	ask    *requestFlags
	format output.Format
	now    string // as given with --now
	last   string // the last query, for .explain
	out    io.Writer
	errs   io.Writer
}

// run runs a query and writes its answer.
func (s *session) run(ctx context.Context, text string) error {
	ticks, err := parseNow(s.now)
	if err != nil {
		return err
	}
	if command.IsCommand(text) {
		return s.manage(ctx, text, ticks)
	}
	q, err := s.compile(ctx, text)
	if err != nil {
		return err
	}
	s.data.tellEmpty(s.errs, workspace.AbsentFrom(q.Plan()))
	s.data.tellPlaces(s.errs, q.Tree(), s.ws)
	ctx, cancel := s.limits.context(ctx)
	defer cancel()
	tables, err := q.Run(ctx, s.limits.options(ticks, s.data))
	var mistake *kql.MistakeError
	if errors.As(err, &mistake) {
		fmt.Fprintln(s.errs, mistake)
		return &exitError{code: exitInvalid}
	}
	if err != nil {
		return failed(err)
	}
	if len(tables) == 0 && !s.data.quiet {
		fmt.Fprintln(s.errs, "note: the query has no result: end it with a table, or with print")
	}
	return failed(output.Write(s.out, s.format, tables, textOptions()))
}

// compile compiles a text with what the flags ask for.
func (s *session) compile(ctx context.Context, text string) (*kql.Query, error) {
	r, err := s.ask.request()
	if err != nil {
		return nil, err
	}
	return compile(ctx, s.engine, text, s.ws, r)
}

// command runs a command of the prompt, or a query.
func (s *session) command(ctx context.Context, input string) (quit bool, err error) {
	word, rest, _ := strings.Cut(strings.TrimSpace(input), " ")
	rest = strings.TrimSpace(rest)
	switch word {
	case ".quit", ".exit":
		return true, nil
	case ".help":
		fmt.Fprint(s.out, promptHelp)
	case ".tables":
		return false, printTables(s.out, s.ws, s.set, s.data.given())
	case ".schema":
		if rest == "" {
			return false, errors.New("want a table: .schema TABLE")
		}
		return false, printColumns(s.out, s.ws, strings.Fields(rest))
	case ".functions":
		return false, printFunctions(s.out, s.engine, strings.Fields(rest))
	case ".explain", ".analyze":
		return false, s.explain(ctx, rest, word == ".analyze")
	case ".output":
		return false, s.setFormat(rest)
	case ".now":
		if _, err := parseNow(rest); err != nil {
			return false, err
		}
		s.now = rest
	default:
		s.last = input
		return false, s.run(ctx, input)
	}
	return false, nil
}

func (s *session) explain(ctx context.Context, text string, analyze bool) error {
	if text == "" {
		text = s.last
	}
	if text == "" {
		return errors.New("there is no query yet: .explain QUERY")
	}
	ticks, err := parseNow(s.now)
	if err != nil {
		return err
	}
	s.last = text
	ctx, cancel := s.limits.context(ctx)
	defer cancel()
	x := explainer{engine: s.engine, ws: s.ws, ask: s.ask, options: s.limits.options(ticks, s.data), analyze: analyze}
	return x.explain(ctx, s.out, text)
}

func (s *session) setFormat(name string) error {
	f, err := output.ParseFormat(name)
	if err != nil {
		return err
	}
	if err := suitsTerminal(f); err != nil {
		return err
	}
	s.format = f
	return nil
}

// suitsTerminal refuses to write bytes that are not text to a terminal.
func suitsTerminal(f output.Format) error {
	if f == output.Parquet && term.IsTerminal(int(os.Stdout.Fd())) {
		return errors.New("parquet is not text: send it to a file, as in calypso query -o parquet … > answer.parquet")
	}
	return nil
}
