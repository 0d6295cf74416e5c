package intake

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// The columns that have to do with arrival.
const (
	timeGenerated = "TimeGenerated"
	timeReceived  = "_TimeReceived"
	unmapped      = "_Unmapped"
)

// OldTimes says what becomes of a TimeGenerated far from the time of arrival.
type OldTimes uint8

const (
	// KeepOldTimes leaves it as the record has it.
	KeepOldTimes OldTimes = iota
	// LogAnalytics replaces one that is more than two days before the arrival or
	// more than a day after it by the time of arrival, as Log Analytics does.
	// There the value is gone; here the hidden column _Unmapped has it, as
	// TimeGenerated.
	//
	// Source: Microsoft's documentation, "Standard columns in Azure Monitor Logs".
	LogAnalytics
)

// ParseOldTimes reads the name of a rule: keep, log_analytics.
func ParseOldTimes(name string) (OldTimes, error) {
	switch name {
	case "", "keep":
		return KeepOldTimes, nil
	case "log_analytics":
		return LogAnalytics, nil
	}
	return 0, fmt.Errorf("%q is neither keep nor log_analytics", name)
}

// Arrived returns the rows of a table as they arrive now.
func (i *Intake) Arrived(t ingest.Table) (store.Rows, error) {
	rows, err := column.Concat(t.Schema, t.Batches)
	if err != nil {
		return store.Rows{}, err
	}
	return i.ArrivedBatch(t.Name, t.Schema, rows)
}

// ArrivedBatch returns the rows of one batch for a table as they arrive now. Rows
// without a column TimeGenerated get one.
func (i *Intake) ArrivedBatch(table string, s types.Schema, rows *column.Batch) (store.Rows, error) {
	if i.o.History {
		return store.Rows{Table: table, Schema: s, Rows: rows}, nil
	}
	return i.arrive(table, s, rows, true)
}

// Stamped is ArrivedBatch for rows that have all columns of their table: they get
// no TimeGenerated if it has none.
func (i *Intake) Stamped(table string, s types.Schema, rows *column.Batch) (store.Rows, error) {
	return i.arrive(table, s, rows, false)
}

func (i *Intake) arrive(table string, s types.Schema, rows *column.Batch, generate bool) (store.Rows, error) {
	now, ok := types.TicksOf(i.o.Now())
	if !ok {
		return store.Rows{}, errors.New("the clock is outside the years 1 to 9999")
	}
	a := arrival{n: rows.Len()}
	for i, c := range s.Columns {
		col, err := rows.Column(i)
		if err != nil {
			return store.Rows{}, err
		}
		a.schema.Columns, a.cols = append(a.schema.Columns, c), append(a.cols, col)
	}
	a.put(types.Column{Name: timeReceived, Type: types.DateTime, Hidden: true}, column.NewConst(types.DateTime, now, a.n))
	switch at := a.schema.Index(timeGenerated); {
	case at < 0 && generate:
		a.put(types.Column{Name: timeGenerated, Type: types.DateTime}, column.NewConst(types.DateTime, now, a.n))
	case at >= 0 && a.schema.Columns[at].Type == types.DateTime:
		if i.o.OldTimes == LogAnalytics {
			a.keepOldTimes(at, now)
		}
		a.cols[at] = replaced(a.cols[at], now, i.o.OldTimes)
	}
	return store.Rows{Table: table, Schema: a.schema, Rows: column.NewBatch(a.n, a.cols), Arriving: true}, nil
}

// An arrival is rows while they arrive.
type arrival struct {
	schema types.Schema
	cols   []column.Column
	n      int
}

// put sets a column, which is added if the rows lack it. One of another type, a
// field that happens to have the name, stays.
func (a *arrival) put(c types.Column, col column.Column) {
	switch at := a.schema.Index(c.Name); {
	case at < 0:
		a.schema.Columns, a.cols = append(a.schema.Columns, c), append(a.cols, col)
	case a.schema.Columns[at].Type == c.Type:
		a.cols[at] = col
	}
}

// The rule of Log Analytics, in ticks.
const (
	mostBefore = 2 * types.TicksPerDay
	mostAfter  = types.TicksPerDay
)

func isFar(ticks, now int64) bool { return ticks < now-mostBefore || ticks > now+mostAfter }

// replaced returns the times of a column with now for its nulls and, by the rule
// of Log Analytics, for what is far from now.
func replaced(c column.Column, now int64, rule OldTimes) column.Column {
	view := column.ViewOf[int64](c)
	if !view.HasNulls() && rule == KeepOldTimes {
		return c
	}
	vals := make([]int64, c.Len())
	for i := range vals {
		if vals[i] = now; !view.Null(i) && (rule == KeepOldTimes || !isFar(view.At(i), now)) {
			vals[i] = view.At(i)
		}
	}
	return column.NewVec(types.DateTime, vals, nil)
}

// keepOldTimes puts the times of a column that are replaced into the bag of what
// no column takes.
func (a *arrival) keepOldTimes(at int, now int64) {
	times := column.ViewOf[int64](a.cols[at])
	far := -1
	for i := 0; i < a.n && far < 0; i++ {
		if !times.Null(i) && isFar(times.At(i), now) {
			far = i
		}
	}
	if far < 0 {
		return
	}
	bags := make([]dynamic.Value, a.n)
	if i := a.schema.Index(unmapped); i >= 0 && a.schema.Columns[i].Type == types.Dynamic {
		have := column.ViewOf[dynamic.Value](a.cols[i])
		for row := range bags {
			bags[row] = have.At(row)
		}
	}
	for row := far; row < a.n; row++ {
		if times.Null(row) || !isFar(times.At(row), now) {
			continue
		}
		var one dynamic.BagBuilder
		one.SetDateTime(timeGenerated, times.At(row))
		bags[row] = dynamic.Merge(one.Value(), bags[row])
	}
	a.put(types.Column{Name: unmapped, Type: types.Dynamic, Hidden: true}, column.NewVec(types.Dynamic, bags, nil))
}
