package main

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

const (
	interactiveTable = "SigninLogs"
	// step is how much of the logs comes in one batch, arrival how long after they
	// were written.
	step    = 10 * time.Second
	arrival = 2 * time.Minute
	// fillAtOnce is how many rows make a batch where the store is filled, fillRows how
	// many of them are made at a time.
	fillAtOnce, fillRows = 1 << 20, 1 << 15
	// window is the least that a tenant's logs are invented for.
	window = 48 * time.Hour
)

// fedTables are the tables that get rows.
func fedTables() []string {
	return []string{tenant.SignInTable, interactiveTable, tenant.RiskTable, tenant.AlertTable}
}

// A feed brings a tenant's logs into a store, in the order of time.
type feed struct {
	in     *intake.Intake
	tables []feedTable
}

// A feedTable hands over the rows of a table.
type feedTable interface {
	// until returns the rows written before a time that were not handed over yet.
	until(unixNanos int64) store.Rows
	// skip passes over them.
	skip(unixNanos int64)
}

func newFeed(o options, begin time.Time, in *intake.Intake, schema func(string) types.Schema) (*feed, error) {
	length := max(window, time.Duration(o.length*float64(time.Hour))).Truncate(tenant.Tick)
	share := length.Hours() / window.Hours()
	of := func(rate float64, seed uint64) (*tenant.Tenant, error) {
		return tenant.New(tenant.Options{Seed: seed, Start: begin, End: begin.Add(length), Users: 20_000, SignIns: int64(rate * length.Seconds()), Even: true,
			RiskEvents: int(float64(o.risk) * share), Alerts: int(float64(o.alerts) * share), APITraffic: 0.08, CaseSpan: 12 * time.Hour})
	}
	t, err := of(o.rate, o.seed)
	if err != nil {
		return nil, err
	}
	interactive, err := of(o.rate/10, o.seed+1)
	if err != nil {
		return nil, err
	}
	signIns := func(t *tenant.Tenant, table string) feedTable {
		at := func(i int64) int64 {
			var s tenant.SignIn
			t.SignIn(i, &s)
			return s.Time
		}
		return &rowFeed[tenant.SignIn]{columns: newColumns(table, schema(table), tenant.SignInColumns()), n: t.SignIns(), at: at, row: t.SignIn}
	}
	risk, alerts := t.RiskEvents(), t.Alerts()
	return &feed{in: in, tables: []feedTable{
		signIns(t, tenant.SignInTable),
		signIns(interactive, interactiveTable),
		&rowFeed[tenant.RiskEvent]{columns: newColumns(tenant.RiskTable, schema(tenant.RiskTable), tenant.RiskColumns()), n: int64(len(risk)),
			at: func(i int64) int64 { return risk[i].Time }, row: func(i int64, e *tenant.RiskEvent) { *e = risk[i] }},
		&rowFeed[tenant.Alert]{columns: newColumns(tenant.AlertTable, schema(tenant.AlertTable), tenant.AlertColumns()), n: int64(len(alerts)),
			at: func(i int64) int64 { return alerts[i].Time }, row: func(i int64, a *tenant.Alert) { *a = alerts[i] }},
	}}, nil
}

// advance stores what was written before a time, as one batch that arrives now.
func (f *feed) advance(ctx context.Context, written time.Time) (rows int64, err error) {
	batch, rows, err := f.arrived(written)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	_, err = f.in.Append(ctx, store.Batch{ID: feedID(written), Rows: batch}, nil)
	return rows, err
}

// arrived returns what was written before a time, as rows that arrive now.
func (f *feed) arrived(written time.Time) (batch []store.Rows, rows int64, err error) {
	for _, t := range f.tables {
		r := t.until(written.UnixNano())
		if r.Rows == nil {
			continue
		}
		rows += int64(r.Rows.Len())
		if r, err = f.in.ArrivedBatch(r.Table, r.Schema, r.Rows); err != nil {
			return nil, 0, err
		}
		batch = append(batch, r)
	}
	return batch, rows, nil
}

func feedID(written time.Time) string { return fmt.Sprint("feed ", written.Unix()) }

// fill stores what was written before a time, at least a million rows at once if there
// are as many: they become the segments that compaction would have come to in the
// end. clock is set to when rows arrive.
func (f *feed) fill(ctx context.Context, rate float64, from, to time.Time, clock func(time.Time)) (rows int64, err error) {
	each := max(step, time.Duration(fillRows/rate*float64(time.Second)).Truncate(step))
	for at := from; at.Before(to); {
		bulk, err := f.in.Store().Begin(ctx)
		if err != nil {
			return rows, err
		}
		for at.Before(to) && bulk.Len() < fillAtOnce {
			if at = at.Add(each); at.After(to) {
				at = to
			}
			clock(at)
			if err := f.add(bulk, at.Add(-arrival)); err != nil {
				bulk.Abort()
				return rows, err
			}
		}
		rows += bulk.Len()
		if _, err := bulk.Commit(feedID(at.Add(-arrival))); err != nil {
			return rows, err
		}
	}
	return rows, nil
}

func (f *feed) add(bulk *store.Bulk, written time.Time) error {
	batch, _, err := f.arrived(written)
	for _, r := range batch {
		if err == nil {
			err = bulk.Add(r)
		}
	}
	return err
}

// A rowFeed hands over rows that are nearly in the order of their times.
type rowFeed[R any] struct {
	*columns[R]
	n, next int64
	at      func(i int64) int64
	row     func(i int64, r *R)
}

func (f *rowFeed[R]) until(t int64) store.Rows {
	from := f.next
	f.skip(t)
	rows := make([]R, f.next-from)
	for i := range rows {
		f.row(from+int64(i), &rows[i])
	}
	if len(rows) == 0 {
		return store.Rows{}
	}
	return store.Rows{Table: f.table, Schema: f.schema, Rows: f.batch(slices.Clip(rows))}
}

func (f *rowFeed[R]) skip(t int64) {
	from := f.next
	f.next += int64(sort.Search(int(f.n-from), func(i int) bool { return f.at(from+int64(i)) >= t }))
}
