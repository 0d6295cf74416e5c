// Package intake is what all ways into a store share: text becomes rows as they
// arrive, rows become a batch that is stored once, and every source is counted.
//
// Rows that arrive get _TimeReceived, the time of arrival, which is what
// ingestion_time() answers. It is also the TimeGenerated of records without one.
// A table that the catalog does not have takes further columns as they come.
package intake

import (
	"context"
	"errors"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// Options are what an intake works with. All but Grows, OldTimes and Pause are
// needed.
type Options struct {
	Store *store.Store
	// Tables knows the schemas of what comes in: the catalog's, and the store's
	// for other tables.
	Tables ingest.Tables
	// Grows says which tables of the store take further columns; nil for none.
	Grows func(table string) bool
	// OldTimes says what becomes of a TimeGenerated far from the time of arrival.
	OldTimes OldTimes
	// History leaves rows without a time of arrival as they are: package ingest
	// has given them that of the event. It is for logs that arrived elsewhere,
	// long ago.
	History bool
	// Workers is how many goroutines decode one input; 0 is 1.
	Workers int
	// Now is the clock.
	Now func() time.Time
	// Pause is how long Append waits between attempts while the disk is full, at
	// least; 0 is one second.
	Pause time.Duration
}

// An Intake stores what comes in. It is safe for concurrent use.
type Intake struct {
	o        Options
	counters Counters
}

// New returns an intake.
func New(o Options) *Intake {
	if o.Pause == 0 {
		o.Pause = time.Second
	}
	return &Intake{o: o}
}

// Store returns the store that rows go to.
func (i *Intake) Store() *store.Store { return i.o.Store }

// Schema returns the columns of a table, of the catalog or of the store.
func (i *Intake) Schema(table string) (types.Schema, bool) { return i.o.Tables.Schema(table) }

// Counters returns what has come in, by source.
func (i *Intake) Counters() *Counters { return &i.counters }

// Decoded is what an input came to.
type Decoded struct {
	// Rows are ready for the store.
	Rows []store.Rows
	// Records and Rejected count records that were understood and that were not,
	// Nulls the values that became null; Broken says that the input as a whole is
	// torn or in no format that is known.
	Records, Rejected, Nulls int
	Broken                   bool
	// Problems are the first of what was not understood.
	Problems []ingest.Problem
}

// MaxValues is how many values, rows by columns, an input may have that is decoded at
// once: they take some 300 MB.
const MaxValues = 16 << 20

// Decode reads an input to its end, and returns its rows as
// they arrive now. What is not understood is in the result; the error is
// ingest.ErrTooLarge where the input has more than maxBytes (0 is no limit) when
// unpacked, or more than MaxValues, or the context's.
func (i *Intake) Decode(ctx context.Context, in ingest.Input, maxBytes int64) (Decoded, error) {
	report := &ingest.Report{}
	l := ingest.NewLoader(ingest.Options{Tables: i.o.Tables, Grows: i.o.Grows, Name: store.CheckName, Workers: i.o.Workers, Report: report, MaxBytes: maxBytes, MaxValues: MaxValues})
	if err := l.Read(ctx, in); err != nil {
		return Decoded{}, err
	}
	var d Decoded
	var broken int
	_, d.Records, d.Rejected, d.Nulls, broken = report.Counts()
	d.Broken, d.Problems = broken > 0, report.Problems()
	for _, t := range l.Finish() {
		rows, err := i.Arrived(t)
		if err != nil {
			return Decoded{}, err
		}
		d.Rows = append(d.Rows, rows)
	}
	return d, nil
}

// keepBytes is about how much of an input is in memory while its columns have no
// types, in all tables together.
const keepBytes = 64 << 20

// Loader returns a loader for an input that is too large to be decoded at once.
// Its rows have not arrived yet: see ArrivedBatch.
func (i *Intake) Loader(report *ingest.Report, sink func(table string, s types.Schema, b *column.Batch) error) *ingest.Loader {
	return ingest.NewLoader(ingest.Options{Tables: i.o.Tables, Grows: i.o.Grows, Name: store.CheckName, Workers: i.o.Workers, Report: report, Sink: sink, Keep: keepBytes})
}

// Append stores a batch. While the disk is full it waits, and tries again until
// ctx ends; full, if not nil, is told of each attempt in vain.
func (i *Intake) Append(ctx context.Context, b store.Batch, full func(error)) (store.Ack, error) {
	pause := i.o.Pause
	for {
		ack, err := i.o.Store.Append(ctx, b)
		if !errors.Is(err, store.ErrFull) {
			return ack, err
		}
		if full != nil {
			full(err)
		}
		select {
		case <-ctx.Done():
			return ack, err
		case <-time.After(pause):
		}
		pause = min(2*pause, 16*i.o.Pause)
	}
}
