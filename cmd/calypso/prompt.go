package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"unicode"

	"github.com/reeflective/readline"
	"golang.org/x/term"

	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/output"
)

const promptHelp = `Type a query over as many lines as it needs. An empty line runs it, and so does
";;" at its end. Ctrl-C leaves a query or stops the one that runs, Ctrl-D ends.
The arrow keys walk the history, Ctrl-R searches it, Tab completes names.

  .tables           the tables of the files that are open
  .schema TABLE     the columns of a table
  .functions [NAME] the functions, or one of them
  .explain [QUERY]  say what a query does; without one, the last
  .analyze [QUERY]  the same, with the rows and time of each operator
  .output FORMAT    table, json, jsonl, csv, tsv or kusto
  .now [TIME]       fix now() at a time; without one, it is this machine's clock
  .show tables …    and all other management commands, with --store
  .help             this text
  .quit             end
`

// prompt reads queries from the terminal and answers them until it is told to
// quit.
func (s *session) prompt(ctx context.Context) error {
	fd := int(os.Stdin.Fd())
	state, err := term.GetState(fd)
	if err != nil {
		return failed(fmt.Errorf("the prompt needs a terminal: %w", err))
	}
	// An interrupt ends a query, not the prompt; the line editor reads it as a
	// key. Other signals end the program, which gives the terminal back first.
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		<-ended
		_ = term.Restore(fd, state)
		os.Exit(exitFailed)
	}()
	rl := readline.NewShell()
	rl.Prompt.Primary(func() string { return "calypso> " })
	rl.Prompt.Secondary(func() string { return "       > " })
	rl.AcceptMultiline = func(line []rune) bool { return complete(string(line)) }
	rl.Completer = s.completer()
	s.openHistory(rl)
	fmt.Fprintf(s.out, "Calypso, %d functions; %s. An empty line runs a query, .help tells more.\n", len(s.engine.Functions().ScalarNames()), s.opened())
	ctx = context.WithoutCancel(ctx)
	for {
		line, err := rl.Readline()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, readline.ErrInterrupt):
			continue
		case err != nil:
			return failed(err)
		}
		if s.answer(ctx, line) {
			return nil
		}
	}
}

// runPrompt opens the files and prompts.
func runPrompt(ctx context.Context, data *dataFlags, limits *limitFlags, ask *requestFlags, now string, f output.Format) error {
	s, err := newSession(ctx, data, limits, ask, now, f)
	if err != nil {
		return err
	}
	defer s.set.Close()
	pace.Server()
	return s.prompt(ctx)
}

// answer runs one input and says what went wrong. It reports whether the input
// asked to quit.
func (s *session) answer(ctx context.Context, input string) (quit bool) {
	input = strings.TrimSuffix(strings.TrimSpace(input), ";;")
	if strings.TrimSpace(input) == "" {
		return false
	}
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt)
	defer stop()
	quit, err := s.command(ctx, input)
	if exit := (*exitError)(nil); errors.As(err, &exit) && exit.err == nil {
		return quit // it was said already
	}
	if err != nil {
		fmt.Fprintln(s.errs, "calypso:", err)
	}
	return quit
}

// complete says whether what was typed is to be run: a command on its line, or a
// query that ends with an empty line or ";;".
func complete(text string) bool {
	trimmed := strings.TrimSpace(text)
	switch word, rest, _ := strings.Cut(trimmed, " "); {
	case trimmed == "" || strings.HasSuffix(trimmed, ";;"):
		return true
	case strings.HasPrefix(word, ".") && (rest == "" || word != ".explain" && word != ".analyze"):
		return true
	}
	last := text[strings.LastIndexByte(text, '\n')+1:]
	return strings.TrimSpace(last) == ""
}

// openHistory keeps the history in a file of the user's own. Without one, the
// history lasts as long as the prompt.
func (s *session) openHistory(rl *readline.Shell) {
	path, err := historyPath()
	if err != nil {
		fmt.Fprintln(s.errs, "calypso: no history is kept:", err)
		return
	}
	rl.History.AddFromFile("calypso", path)
}

func historyPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "calypso", "history")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return "", err
	}
	return path, f.Close()
}

// completer completes the names of tables, functions and commands.
func (s *session) completer() func([]rune, int) readline.Completions {
	names := append(s.ws.TableNames(), s.engine.Functions().ScalarNames()...)
	names = append(names, s.engine.Functions().AggregateNames()...)
	names = append(names, ".tables", ".schema", ".functions", ".explain", ".analyze", ".output", ".now", ".help", ".quit")
	return func(line []rune, cursor int) readline.Completions {
		cursor = min(cursor, len(line))
		from := cursor
		for from > 0 && (unicode.IsLetter(line[from-1]) || unicode.IsDigit(line[from-1]) || line[from-1] == '_' || line[from-1] == '.') {
			from--
		}
		word := string(line[from:cursor])
		var fit []string
		for _, n := range names {
			if word != "" && len(n) >= len(word) && strings.EqualFold(n[:len(word)], word) {
				fit = append(fit, n)
			}
		}
		c := readline.CompleteValues(fit...).NoSpace()
		c.PREFIX = word
		return c
	}
}

// opened says which tables there are.
func (s *session) opened() string {
	if len(s.data.data) == 0 {
		return "no files are open (-d PATH)"
	}
	names := s.set.Names()
	if len(names) == 0 {
		return "the files have no tables"
	}
	if len(names) > 8 {
		return fmt.Sprintf("%d tables", len(names))
	}
	return strings.Join(names, ", ")
}

// newSession opens what queries of data run over, once the flags are known to be right.
func newSession(ctx context.Context, data *dataFlags, limits *limitFlags, ask *requestFlags, now string, f output.Format) (*session, error) {
	if err := suitsTerminal(f); err != nil {
		return nil, err
	}
	if _, err := parseNow(now); err != nil {
		return nil, err
	}
	engine, err := kql.New()
	if err != nil {
		return nil, failed(err)
	}
	ws, set, err := data.open(ctx)
	if err != nil {
		return nil, err
	}
	return &session{engine: engine, ws: ws, set: set, data: data, limits: limits, ask: ask, now: now, format: f, out: os.Stdout, errs: os.Stderr}, nil
}
