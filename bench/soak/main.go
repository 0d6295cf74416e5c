// Command soak fills a store as fast as it takes rows, for a time, with batches
// small and large, and prints how much memory and how many files that took, a line
// each few seconds: neither may grow but by the data.
//
//	soak -ingest bench/data/ndjson-200000/NonInteractiveUserSignInLogs.json -store /tmp/soak -for 3m
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

type options struct {
	ingest, store string
	lasts, every  time.Duration
	writers       int
	keep          int64
	profile       string
}

func main() {
	var o options
	flag.StringVar(&o.ingest, "ingest", "", "NDJSON file whose first rows are stored again and again")
	flag.StringVar(&o.store, "store", "", "folder of the store, which is to be new")
	flag.DurationVar(&o.lasts, "for", time.Minute, "how long")
	flag.DurationVar(&o.every, "every", 10*time.Second, "time between lines")
	flag.IntVar(&o.writers, "writers", 4, "goroutines that append small batches, besides one that appends large ones")
	flag.Int64Var(&o.keep, "keep", 1<<30, "bytes that the table keeps; the oldest segments go")
	flag.StringVar(&o.profile, "memprofile", "", "file for a profile of the memory at the end")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// schemas makes the catalog the ingest's knowledge of tables.
type schemas struct{ catalog *catalog.Catalog }

// Schema implements [ingest.Tables].
func (s schemas) Schema(table string) (types.Schema, bool) {
	t, ok := s.catalog.Table(table)
	return t.Schema, ok
}

// batches reads the first rows of a file: a few hundred a batch.
func batches(ctx context.Context, name string) (rows []store.Rows, err error) {
	known, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var mu sync.Mutex
	l := ingest.NewLoader(ingest.Options{Tables: schemas{known}, Workers: 2, Sink: func(table string, s types.Schema, b *column.Batch) error {
		mu.Lock()
		defer mu.Unlock()
		rows = append(rows, store.Rows{Table: table, Schema: s, Rows: b})
		return nil
	}})
	const enough = 160 << 20
	err = l.Read(ctx, ingest.Input{Name: name, Reader: io.LimitReader(f, enough)})
	return rows, err
}

func run(ctx context.Context, o options) error {
	rows, err := batches(ctx, o.ingest)
	if err != nil {
		return err
	}
	s, err := store.Open(o.store, store.Options{Note: func(err error) { fmt.Fprintln(os.Stderr, err) }})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.lasts)
	defer cancel()
	var stored atomic.Int64
	var all sync.WaitGroup
	failed := make(chan error, o.writers+2)
	for w := range o.writers {
		all.Go(func() {
			if err := small(ctx, o, s, rows, w, &stored); err != nil {
				failed <- err
			}
		})
	}
	all.Go(func() { failed <- large(ctx, s, rows, &stored) })
	if _, err := s.Append(ctx, store.Batch{ID: "first", Rows: rows[:1]}); err != nil {
		return err
	}
	stored.Add(int64(rows[0].Rows.Len()))
	if err := s.SetRetention(rows[0].Table, store.Retention{Bytes: o.keep}); err != nil {
		return err
	}
	begin := time.Now()
	for tick := time.NewTicker(o.every); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-tick.C:
			if err := line(o, begin, stored.Load()); err != nil {
				return err
			}
		}
	}
	all.Wait()
	if err := writeProfile(o.profile); err != nil {
		return err
	}
	select {
	case err = <-failed:
	default:
	}
	if err == nil {
		err = s.Close()
	}
	if err == nil {
		err = line(o, begin, stored.Load())
	}
	return err
}

// small stores every batch that is writer w's, one at a time.
func small(ctx context.Context, o options, s *store.Store, rows []store.Rows, w int, stored *atomic.Int64) error {
	for i := w; ctx.Err() == nil; i += o.writers {
		in := rows[i%len(rows)]
		_, err := s.Append(ctx, store.Batch{ID: fmt.Sprint("small ", i), Rows: []store.Rows{in}})
		switch {
		case err == nil:
			stored.Add(int64(in.Rows.Len()))
		case ctx.Err() == nil:
			return err
		}
	}
	return nil
}

// large stores batches of many parts, one after the other.
func large(ctx context.Context, s *store.Store, rows []store.Rows, stored *atomic.Int64) error {
	for i := 0; ctx.Err() == nil; i++ {
		b, err := s.Begin(ctx)
		if err != nil {
			break // the time is over
		}
		for _, in := range rows {
			if err := b.Add(in); err != nil {
				b.Abort()
				return err
			}
		}
		n := b.Len()
		if _, err := b.Commit(fmt.Sprint("large ", i)); err != nil {
			return err
		}
		stored.Add(n)
	}
	return nil
}

// line prints where things stand.
func line(o options, begin time.Time, rows int64) error {
	files, bytes := 0, int64(0)
	err := filepath.WalkDir(o.store, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil // it went while we looked
		}
		if info, err := d.Info(); err == nil {
			files, bytes = files+1, bytes+info.Size()
		}
		return nil
	})
	status, err2 := os.ReadFile("/proc/self/status")
	if err == nil {
		err = err2
	}
	took := time.Since(begin)
	fmt.Printf("%5.0f s  %9d rows  %6.0f rows/s  %4d files  %5d MB on the disk  %4d MB in memory, %4d at most\n",
		took.Seconds(), rows, float64(rows)/took.Seconds(), files, bytes>>20, field(status, "VmRSS:")>>10, field(status, "VmHWM:")>>10)
	return err
}

// field returns a number of /proc/self/status, in KB.
func field(status []byte, name string) int64 {
	for l := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(l, name); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, _ := strconv.ParseInt(f[0], 10, 64)
				return n
			}
		}
	}
	return 0
}

// writeProfile writes what is in memory to a file, if it has a name.
func writeProfile(name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	runtime.GC()
	return errors.Join(pprof.WriteHeapProfile(f), f.Close())
}
