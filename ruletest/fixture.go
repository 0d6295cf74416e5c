package ruletest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

// A fixture is the logs of one table: records, a file, or a query.
type fixture struct {
	rows []map[string]any
	file string
	kql  string
}

// fixtureField is a list of records, or an object with file or kql.
type fixtureField struct {
	rows []map[string]any
	from *fixtureSource
}

type fixtureSource struct {
	File string `yaml:"file"`
	KQL  string `yaml:"kql"`
}

// Form implements rulefiles.Former.
func (f fixtureField) Form() any { return fixtureSource{} }

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (f *fixtureField) UnmarshalYAML(unmarshal func(any) error) error {
	if unmarshal(&f.rows) == nil {
		return nil
	}
	f.rows, f.from = nil, &fixtureSource{}
	if unmarshal(f.from) != nil {
		return errors.New("want a list of records, or file: FILE, or kql: QUERY")
	}
	return nil
}

// fixture reads the logs of a table that are at a path of a file of tests in a folder.
func (f *fixtureField) fixture(dir string, p *rulefiles.Mistakes, at string) fixture {
	if f.from == nil {
		return fixture{rows: f.rows}
	}
	out := fixture{kql: f.from.KQL}
	p.Want((f.from.File == "") != (f.from.KQL == ""), at, "want a list of records, or file: FILE, or kql: QUERY")
	if f.from.File != "" {
		out.file = f.from.File
		if !filepath.IsAbs(out.file) {
			out.file = filepath.Join(dir, out.file)
		}
		if s, err := os.Stat(out.file); err != nil {
			p.Add(at+".file", "can't be read: %v", err)
		} else if s.IsDir() {
			p.Add(at+".file", "%s is a folder: want a file", out.file)
		}
	}
	return out
}

// tables are the tables of a test. They implement workspace.Tables.
type tables map[string]plan.Source

// Table implements workspace.Tables.
func (t tables) Table(name string) (plan.Source, bool) { s, ok := t[name]; return s, ok }

// Names implements workspace.Tables.
func (t tables) Names() []string { return slices.Sorted(maps.Keys(t)) }

// load reads the fixtures of a test.
func (r *Runner) load(ctx context.Context, t *Test) (tables, error) {
	report := &ingest.Report{}
	loader := ingest.NewLoader(ingest.Options{Tables: r.Tables, Report: report})
	for _, name := range slices.Sorted(maps.Keys(t.Tables)) {
		text, err := r.text(ctx, name, t.Tables[name], t.Now)
		if err != nil {
			return nil, fmt.Errorf("tables.%s: %w", name, err)
		}
		if err := loader.Read(ctx, ingest.Input{Name: name, Into: name, Reader: bytes.NewReader(text)}); err != nil {
			return nil, err
		}
	}
	if problems := report.Problems(); len(problems) > 0 {
		var errs []error
		for _, p := range problems {
			errs = append(errs, fmt.Errorf("tables.%s", p))
		}
		return nil, errors.Join(errs...)
	}
	out := tables{}
	for _, x := range loader.Finish() {
		out[x.Name] = plan.NewMemory(x.Schema, x.Batches)
	}
	return out, nil
}

// text returns a fixture as a text that package ingest reads, its times absolute.
func (r *Runner) text(ctx context.Context, table string, f fixture, now time.Time) ([]byte, error) {
	schema, _ := r.Tables.Schema(table)
	switch {
	case f.kql != "":
		text, err := r.answer(ctx, f.kql, now)
		if err != nil {
			return nil, err
		}
		return absoluteLines(text, schema, now)
	case f.file != "":
		return absoluteFile(f.file, schema, now)
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	for _, row := range f.rows {
		if err := enc.Encode(absolute(row, schema, now)); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// answer returns the rows that a query answers with, as JSON records.
func (r *Runner) answer(ctx context.Context, query string, now time.Time) ([]byte, error) {
	q, diags := r.Engine.Compile(query, kql.Tables{})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, errors.New("\n" + strings.TrimRight(syntax.Render(query, diags), "\n"))
		}
	}
	ticks, _ := types.TicksOf(now)
	answer, err := q.Run(ctx, kql.RunOptions{Now: ticks, MaxRows: 1_000_000})
	if err != nil {
		return nil, err
	}
	if len(answer) == 0 {
		return nil, errors.New("the query has no tabular result")
	}
	var out bytes.Buffer
	err = output.Write(&out, output.JSONL, answer[len(answer)-1:], output.Options{})
	return out.Bytes(), err
}
