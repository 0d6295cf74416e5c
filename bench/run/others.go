package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// others returns the text of the query for each of n runs, each about a sign-in that
// none of the others is about: of what was looked up before, a store knows the answer.
func others(ctx context.Context, engine *kql.Engine, tables kql.Tables, o options, text string, n int) ([]string, error) {
	rows, ok := tables[tenant.SignInTable].(plan.Sizer)
	if !ok {
		return nil, fmt.Errorf("no table %s of a known size", tenant.SignInTable)
	}
	share := max(1, rows.Rows()/int64(n)*9/10) // of all rows, here and there, some more than are asked for
	pick := fmt.Sprintf("%s | where hash(OriginalRequestId, %d) == 0 | take %d | project OriginalRequestId", tenant.SignInTable, share, n)
	q, diags := engine.Compile(pick, tables)
	answer, err := q.Run(ctx, kql.RunOptions{Workers: o.threads})
	if err != nil {
		return nil, fmt.Errorf("%s: %w %v", pick, err, diags)
	}
	var out []string
	for _, b := range answer[0].Batches {
		c, err := b.Column(0)
		if err != nil {
			return nil, err
		}
		for _, id := range column.FlatVec[string](c).Vals {
			out = append(out, strings.ReplaceAll(text, "{request}", id))
		}
	}
	if len(out) < n {
		return nil, fmt.Errorf("%d sign-ins to ask for, want %d", len(out), n)
	}
	return out, nil
}
