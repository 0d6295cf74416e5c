package kql

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/opt"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// settled returns the plan with the columns of bag_unpack and pivot known: where
// only the rows can tell them, the text is bound again with the rows at hand. The
// rows are read under the limits of the run itself.
func (q *Query) settled(ctx context.Context, o RunOptions) (*plan.Query, error) {
	if !q.pending {
		return q.plan, nil
	}
	env := q.names
	env.Context = ctx
	var failed error
	env.Discover = func(p *plan.Query) ([]*column.Batch, error) {
		rows, err := q.discover(ctx, o, p)
		if err != nil && failed == nil {
			failed = err
		}
		return rows, err
	}
	p, diags := bind.Bind(q.tree, env)
	switch {
	case failed != nil:
		return nil, failed // with its kind, which a diagnostic has not
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	diags = slices.DeleteFunc(diags, func(d syntax.Diagnostic) bool { return d.Severity != syntax.Error })
	if len(diags) > 0 {
		return nil, &MistakeError{Text: q.tree.Text, Diagnostics: diags}
	}
	return p, nil
}

// A MistakeError says what is wrong with a text of which only the rows could tell,
// such as a column that bag_unpack does not make.
type MistakeError struct {
	Text        string
	Diagnostics []syntax.Diagnostic // errors, in the order of the text
}

// Error implements error: the findings, with the text underlined.
func (e *MistakeError) Error() string {
	return strings.TrimRight(syntax.Render(e.Text, e.Diagnostics), "\n")
}

// discover runs a query with one result and returns its rows.
func (q *Query) discover(ctx context.Context, o RunOptions, p *plan.Query) ([]*column.Batch, error) {
	if o.Scope != nil {
		var err error
		if p, err = o.Scope.Apply(p, q.engine.functions); err != nil {
			return nil, err
		}
	}
	if !o.NoOptimize {
		var err error
		if p, err = opt.Optimize(p, q.engine.functions, q.env(ctx, o)); err != nil {
			return nil, err
		}
	}
	opts := exec.Options{Env: q.env(ctx, o), Workers: o.Workers, BatchRows: o.BatchRows, MemoryLimit: o.MemoryLimit}
	var out []*column.Batch
	err := exec.Run(ctx, p, opts, func(_ plan.Result, r column.Reader) error {
		for {
			b, err := r.Next(ctx)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			out = append(out, b)
		}
	})
	return out, err
}
