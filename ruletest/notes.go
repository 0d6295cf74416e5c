package ruletest

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/spelling"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/workspace"
)

// notes says what of a test the rule can't see, and what it reads that is not there.
func (r *Runner) notes(ctx context.Context, rule *detect.Rule, logs tables, ws *workspace.Workspace) (out []string) {
	if rule.Origin == detect.CustomDetection {
		ws = ws.InPortal()
	}
	q, _ := r.Engine.Compile(rule.Query, ws)
	if q.Plan() == nil {
		return nil // the failures say why
	}
	reads := workspace.Read(q.Plan())
	for _, table := range logs.Names() {
		if !slices.Contains(reads, table) {
			out = append(out, fmt.Sprintf("the rule does not read %s%s", table, meant(table, reads)))
			continue
		}
		if known, ok := r.Tables.Schema(table); ok {
			var names []string
			for _, c := range known.Columns {
				names = append(names, c.Name)
			}
			for _, field := range r.unmapped(ctx, table, ws) {
				out = append(out, fmt.Sprintf("%s has no column %s%s", table, field, meant(field, names)))
			}
		}
	}
	absent := workspace.AbsentFrom(q.Plan())
	for _, list := range absent.Watchlists {
		out = append(out, fmt.Sprintf("no watchlist is here for %s: give its CSV with --watchlists", list))
	}
	for _, f := range absent.Functions {
		out = append(out, fmt.Sprintf("the text of %s is not here: give it with --functions", f))
	}
	return out
}

// unmapped returns some of the fields that records of a table of the catalog have and the
// table has no column for.
func (r *Runner) unmapped(ctx context.Context, table string, ws *workspace.Workspace) (fields []string) {
	q, _ := r.Engine.Compile(table+" | mv-expand field = bag_keys(_Unmapped) to typeof(string) | where isnotempty(field) | distinct field | take 5", ws)
	answer, err := q.Run(ctx, kql.RunOptions{Workers: 1})
	if err != nil || len(answer) == 0 {
		return nil // all have one
	}
	for _, b := range answer[0].Batches {
		c := column.ViewOf[string](b.Raw(0))
		for i := range b.Len() {
			fields = append(fields, c.At(i))
		}
	}
	return fields
}

// meant says which of some names a name may be meant to be.
func meant(name string, of []string) string {
	best, least := "", max(2, len(name)/4)+1
	for _, n := range of {
		if d := spelling.Distance(strings.ToLower(name), strings.ToLower(n), least); d < least {
			best, least = n, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean " + best + "?"
}
