// Command report measures the engine beside DuckDB: every query of the set over
// the same Parquet files, each in a process of its own, and the ingest of
// diagnostic envelopes. It compares the answers row by row and prints a table.
//
// Start it through bench/run.sh, which builds the programs that it runs.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

type options struct {
	calypso, run, peers string // programs
	clickhouse, chdb    string
	data, queries       string
	mission             string
	only, rows          string
	repeat, threads     int
	cpu                 bool
}

func main() {
	if len(os.Args) > 3 && os.Args[1] == launchMode {
		if err := launched(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.calypso, "calypso", "bin/calypso", "the engine's command line")
	flag.StringVar(&o.run, "run", "bin/bench-run", "the engine's runner, bench/run")
	flag.StringVar(&o.peers, "peers", "bin/bench-peers", "DuckDB's runner, bench/peers")
	flag.StringVar(&o.clickhouse, "clickhouse", "bin/bench-peers-clickhouse", "ClickHouse's runner, bench/peers-clickhouse; left out if it is not there")
	flag.StringVar(&o.chdb, "chdb", "bench/peers-clickhouse/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so", "ClickHouse as a library")
	flag.StringVar(&o.data, "data", "bench/data", "folder of the data sets")
	flag.StringVar(&o.queries, "queries", "bench/queries", "folder of the queries")
	flag.StringVar(&o.mission, "mission", "", "KQL file of query 00-mission")
	flag.StringVar(&o.only, "only", "", "only queries whose name contains this; ingest for the ingest")
	flag.StringVar(&o.rows, "rows", "", "only data sets of these sizes, separated by commas")
	flag.IntVar(&o.repeat, "repeat", 7, "runs of each query, the first of which is not counted")
	flag.IntVar(&o.threads, "threads", 2, "threads of each engine")
	flag.BoolVar(&o.cpu, "cpu", false, "report processor time instead of elapsed time: a busy machine disturbs it less")
	flag.Parse()
	ok, err := report(o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// report measures every data set; ok is false if any answer was wrong or
// missing.
func report(o options) (ok bool, err error) {
	sets, err := dataSets(o.data, o.rows)
	if err != nil {
		return false, err
	}
	queries, err := filepath.Glob(filepath.Join(o.queries, "*.sql"))
	if err != nil {
		return false, err
	}
	ok = true
	for _, set := range sets {
		what := "milliseconds elapsed"
		if o.cpu {
			what = "milliseconds of processor time"
		}
		fmt.Printf("\n%d sign-in rows, %d threads; %s, and the peer's time divided by ours\n\n", set.rows, o.threads, what)
		printHead()
		var notes []string
		for _, q := range queries {
			name := strings.TrimSuffix(filepath.Base(q), ".sql")
			if !strings.Contains(name, o.only) {
				continue
			}
			l, err := measure(o, set, name)
			if err != nil {
				return false, err
			}
			l.print(set.rows)
			ok = ok && (l.verdict == "same" || strings.HasPrefix(l.verdict, "no peer"))
			for _, n := range l.notes {
				notes = append(notes, name+": "+n)
			}
		}
		for _, n := range notes {
			fmt.Println(n)
		}
	}
	if o.only != "" && !strings.Contains("ingest", o.only) {
		return ok, nil
	}
	loaded, err := reportIngest(o)
	return ok && loaded, err
}

// A dataSet is a folder of tables.
type dataSet struct {
	dir  string
	rows int64
}

// dataSets lists the data sets in dir, of the sizes given or all of them.
func dataSets(dir, rows string) ([]dataSet, error) {
	stamps, err := filepath.Glob(filepath.Join(dir, "*", "stamp.json"))
	if err != nil {
		return nil, err
	}
	var sets []dataSet
	for _, s := range stamps {
		var n int64
		name := filepath.Base(filepath.Dir(s))
		if _, err := fmt.Sscanf(name, "%d", &n); err == nil && (rows == "" || slices.Contains(strings.Split(rows, ","), name)) {
			sets = append(sets, dataSet{filepath.Dir(s), n})
		}
	}
	if len(sets) == 0 {
		return nil, fmt.Errorf("%s: no data; run bench/gen first", dir)
	}
	slices.SortFunc(sets, func(a, b dataSet) int { return cmp.Compare(a.rows, b.rows) })
	return sets, nil
}
