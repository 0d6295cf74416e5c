package kql

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/opt"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Request is what a client sends with a text: the properties slot of Kusto's
// REST API.
type Request struct {
	// Properties are request properties by name (Options in the API), as JSON has
	// them: bool, number or text, which may be a KQL literal. Those that Kusto does
	// not know are ignored.
	Properties map[string]any
	// Parameters are the values of the parameters that the text declares, by name,
	// as a query would write them; for a string, its plain text.
	Parameters map[string]string
	// Command is the result of the management command that the text begins with,
	// if it does: the text is then the query of the operators that follow it.
	Command plan.Source
}

// A Session says where a query runs, and for whom. A name that is empty is
// answered as "".
type Session struct {
	// Database and Cluster are what current_database() and
	// current_cluster_endpoint() answer.
	Database, Cluster string
	// User is what current_principal() answers, in Kusto's form
	// aaduser=name@example.org or any other.
	User string
	// Groups are the groups that User is in, in the same form, for
	// current_principal_is_member_of().
	Groups []string
}

// KustoMaxRows and KustoMaxBytes are the truncation that Kusto's service has by
// default; see RunOptions.MaxRows.
const (
	KustoMaxRows  = 500_000
	KustoMaxBytes = 64 << 20
)

// settings are what the request properties of a query come to. Limits of 0 are
// none.
type settings struct {
	now               int64
	hasNow            bool
	scope             scopeSetting
	maxRows, maxBytes int64
	takeRows          int64
	noTruncation      bool
	memory            int64
	timeout           int64 // in ticks
	noTimeout         bool
	maxColumns        int64
}

type scopeSetting struct {
	column         string
	from, to       int64
	hasFrom, hasTo bool
}

// take stores one property, or says what is wrong with it.
func (s *settings) take(p Property, c column.Column) error {
	v, err := p.valueOf(c)
	if err == nil {
		err = p.check(v)
	}
	if err == nil && p.apply != nil {
		p.apply(s, v)
	}
	return err
}

// takeRequest stores the properties of a request and returns those that the binder
// reads. Findings are at the beginning of the text, for they are not in it.
func (e *Engine) takeRequest(s *settings, r Request) (map[string]column.Column, []syntax.Diagnostic) {
	var diags []syntax.Diagnostic
	options := map[string]column.Column{}
	for _, name := range slices.Sorted(maps.Keys(r.Properties)) {
		p, ok := FindProperty(name)
		if !ok {
			continue
		}
		c, err := propertyColumn(name, r.Properties[name], e.functions)
		if err == nil {
			err = s.take(p, c)
		}
		if err != nil {
			diags = append(diags, syntax.Diagnostic{Code: "KS999", Severity: syntax.Error, Message: err.Error()})
			continue
		}
		options[name] = c
	}
	return options, diags
}

// takeOptions stores the properties that the text sets.
func (s *settings) takeOptions(options []bind.Option) []syntax.Diagnostic {
	var diags []syntax.Diagnostic
	report := func(o bind.Option, severity syntax.Severity, message string) {
		diags = append(diags, syntax.Diagnostic{Code: "KS999", Severity: severity, Pos: o.At.Name.Pos(), End: o.At.End(), Message: message})
	}
	for _, o := range options {
		if o.Value == nil {
			continue
		}
		p, ok := FindProperty(o.Name)
		if !ok {
			report(o, syntax.Suggestion, "the request property '"+o.Name+"' is not one that Kusto knows: it has no effect")
			continue
		}
		if p.RequestOnly {
			report(o, syntax.Suggestion, "the request property '"+o.Name+"' has no effect in a set statement: it is for the request")
			continue
		}
		if err := s.take(p, o.Value); err != nil {
			report(o, syntax.Error, err.Error())
			continue
		}
		if p.None {
			report(o, syntax.Suggestion, strings.TrimSuffix(o.Name+": "+lowerFirst(p.Effect), "."))
		}
	}
	return diags
}

func lowerFirst(s string) string { return string(s[0]|0x20) + s[1:] }

// runOptions returns o with what the properties say.
func (s *settings) runOptions(o RunOptions) RunOptions {
	if s.hasNow {
		o.Now = s.now
	}
	if s.memory > 0 && (o.MemoryLimit == 0 || s.memory < o.MemoryLimit) {
		o.MemoryLimit = s.memory
	}
	limited := s.maxRows > 0 || s.maxBytes > 0 || s.takeRows > 0
	if s.noTruncation && !limited {
		o.MaxRows, o.MaxBytes = 0, 0
	}
	if s.maxRows > 0 {
		o.MaxRows = s.maxRows
	}
	if s.maxBytes > 0 {
		o.MaxBytes = s.maxBytes
	}
	o.Scope = s.scope.over(o.Scope)
	return o
}

// over returns the scope of the properties, and within that of the caller. It needs
// a column and one of the bounds, which are inclusive.
func (s scopeSetting) over(outer *opt.TimeScope) *opt.TimeScope {
	if s.column == "" || !s.hasFrom && !s.hasTo {
		return outer
	}
	t := &opt.TimeScope{Column: s.column, From: -1, To: types.MaxDateTime, And: outer}
	if s.hasFrom {
		t.From = s.from - 1
	}
	if s.hasTo {
		t.To = s.to
	}
	return t
}

// context returns ctx with what is left of the time that the properties give.
func (s *settings) context(ctx context.Context, spent time.Duration) (context.Context, context.CancelFunc) {
	if s.timeout <= 0 || s.noTimeout {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, time.Duration(min(s.timeout, maxTimeout))*100-spent)
}

// maxTimeout is a year, in ticks: more does not fit a Duration.
const maxTimeout = 365 * types.TicksPerDay

// parameters returns the values of the parameters as constants.
func (r Request) parameters() map[string]column.Column {
	out := make(map[string]column.Column, len(r.Parameters))
	for name, text := range r.Parameters {
		out[name] = column.NewVec(types.String, []string{text}, nil)
	}
	return out
}

// limitResults returns p with no more rows of each result than
// query_take_max_records says.
func (s *settings) limitResults(p *plan.Query) *plan.Query {
	if s.takeRows == 0 {
		return p
	}
	out := &plan.Query{Shared: p.Shared, Results: slices.Clone(p.Results)}
	rows := &plan.Literal{Value: column.NewVec(types.Long, []int64{s.takeRows}, nil)}
	for i, r := range out.Results {
		out.Results[i].Root = plan.NewTake(r.Root, rows)
	}
	return out
}

// checkColumns fails if a result has more columns than maxoutputcolumns says.
func (s *settings) checkColumns(p *plan.Query) error {
	for _, r := range p.Results {
		if n := r.Schema().Len(); s.maxColumns > 0 && int64(n) > s.maxColumns {
			return fmt.Errorf("a result has %d columns, more than maxoutputcolumns, which is %d: leave some out with project", n, s.maxColumns)
		}
	}
	return nil
}
