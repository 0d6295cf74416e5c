package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// start is the time of the tests' clock.
var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func ticks(t time.Time) int64 {
	n, _ := types.TicksOf(t)
	return n
}

var eventSchema = types.NewSchema(
	types.Column{Name: "TimeGenerated", Type: types.DateTime},
	types.Column{Name: "N", Type: types.Long},
	types.Column{Name: "User", Type: types.String},
	types.Column{Name: "Props", Type: types.Dynamic},
	types.Column{Name: "_TimeReceived", Type: types.DateTime, Hidden: true},
)

// events returns the rows numbered from up to, not including, to.
func events(from, to int) *column.Batch {
	n := to - from
	at, num, codes, props := make([]int64, n), make([]int64, n), make([]uint32, n), make([]dynamic.Value, n)
	for i := range n {
		at[i], num[i], codes[i] = ticks(start)+int64(from+i)*1e7, int64(from+i), uint32((from+i)%3)
		if i%2 == 0 {
			props[i], _ = dynamic.ParseJSON(fmt.Sprintf(`{"n":%d}`, from+i))
		}
	}
	users := column.NewVec(types.String, []string{"ada", "ben", "cleo"}, nil)
	return column.NewBatch(n, []column.Column{
		column.NewVec(types.DateTime, at, nil), column.NewVec(types.Long, num, nil),
		&column.Dict{Codes: codes, Values: users}, column.NewVec(types.Dynamic, props, nil),
		column.NewConst(types.DateTime, ticks(start), n),
	})
}

func rowsOf(table string, from, to int) Rows {
	return Rows{Table: table, Schema: eventSchema, Rows: events(from, to)}
}

func open(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return start }
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mustAppend(t *testing.T, s *Store, b Batch) Ack {
	t.Helper()
	ack, err := s.Append(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return ack
}

// numbers returns column N of a table, in order.
func numbers(snap *Snapshot, table string, hints ...plan.Hint) ([]int64, error) {
	src, ok := snap.Table(table)
	if !ok {
		return nil, nil
	}
	at := src.Schema().Index("N")
	r, err := src.Open(context.Background(), plan.Scan{Columns: []int{at}, Hints: hints})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []int64
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := b.Column(0)
		if err != nil {
			return nil, err
		}
		out = append(out, column.FlatVec[int64](c).Vals...)
	}
}

func wantNumbers(t *testing.T, s *Store, table string, from, to int) {
	t.Helper()
	got, err := numbers(s.Snapshot(), table)
	if err != nil {
		t.Fatal(err)
	}
	var want []int64
	for i := from; i < to; i++ {
		want = append(want, int64(i))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("table %s holds %d rows %v…, want %d to %d", table, len(got), got[:min(len(got), 10)], from, to-1)
	}
}

func rotate(t *testing.T, s *Store) {
	t.Helper()
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if err := s.log.rotate(); err != nil {
		t.Fatal(err)
	}
}
