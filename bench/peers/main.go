// Command peers runs one SQL query, or one ingest, with DuckDB and prints what it
// measured as a line of JSON. It is the counterpart of bench/run and takes the
// same flags: one process does one thing, so its peak memory belongs to it.
//
//	peers -data ../data/1000000 -query ../queries/01-window-count.sql -repeat 5
//	peers -ingest ../data/ndjson-200000/NonInteractiveUserSignInLogs.json
package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
)

// A measurement is the answer of a runner.
type measurement struct {
	Engine string    `json:"engine"`
	LoadMS float64   `json:"load_ms,omitempty"` // to make DuckDB's own tables, where they were not there
	MS     []float64 `json:"ms"`                // each run; the first is cold
	CPU    []float64 `json:"cpu_ms"`            // of all threads, likewise
	Rows   int       `json:"rows"`
	PeakKB int64     `json:"peak_kb"`
	// DiskBytes is what the database file takes.
	DiskBytes int64 `json:"disk_bytes,omitempty"`
}

type options struct {
	data, query, out, ingest, parquet, store string
	repeat, threads                          int
	memory                                   bool
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of the Parquet tables")
	flag.StringVar(&o.query, "query", "", "file of the query")
	flag.StringVar(&o.out, "out", "", "file for the result's rows, as JSON")
	flag.StringVar(&o.ingest, "ingest", "", "NDJSON file to load instead of a query")
	flag.StringVar(&o.parquet, "parquet", "", "Parquet file to write what was ingested to, instead of a table")
	flag.StringVar(&o.store, "store", "", "database file to write what was ingested to, instead of memory; it is to be new")
	flag.IntVar(&o.repeat, "repeat", 1, "how often to run the query")
	flag.IntVar(&o.threads, "threads", 2, "threads")
	flag.BoolVar(&o.memory, "memory", false, "query DuckDB's own tables, which stay in its buffers between runs")
	flag.Parse()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	db, err := sql.Open("duckdb", o.store)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, fmt.Sprintf("SET threads = %d; SET TimeZone = 'UTC'", o.threads)); err != nil {
		return err
	}
	m := measurement{Engine: "DuckDB"}
	if o.ingest != "" {
		err = ingest(ctx, db, o, &m)
	} else {
		err = query(ctx, db, o, &m)
	}
	if err != nil {
		return err
	}
	if m.PeakKB, err = peak(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

// query runs the query o.repeat times. A run ends when DuckDB has the whole
// result in its own memory: what it costs to bring rows into Go is not its
// fault.
func query(ctx context.Context, db *sql.DB, o options, m *measurement) error {
	text, err := prepare(o)
	if err != nil {
		return err
	}
	if o.memory {
		err = attach(ctx, db, o, m)
	} else {
		err = open(ctx, db, o)
	}
	if err != nil {
		return err
	}
	for i := range o.repeat {
		begin, cpu := time.Now(), cpuTime()
		rows, err := db.QueryContext(ctx, text)
		if err != nil {
			return fmt.Errorf("%s: %w", o.query, err)
		}
		m.MS = append(m.MS, since(begin))
		m.CPU = append(m.CPU, cpuTime()-cpu)
		if i == 0 {
			if m.Rows, err = save(rows, o.out); err != nil {
				return fmt.Errorf("%s: %w", o.query, err)
			}
		}
		if err := rows.Close(); err != nil {
			return err
		}
	}
	return nil
}

// tables lists the Parquet files of the folder by table.
func tables(o options) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(o.data, "*.parquet"))
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, f := range files {
		out[strings.TrimSuffix(filepath.Base(f), ".parquet")] = f
	}
	return out, nil
}

// open makes views of the Parquet files.
func open(ctx context.Context, db *sql.DB, o options) error {
	files, err := tables(o)
	if err != nil {
		return err
	}
	for table, f := range files {
		_, err := db.ExecContext(ctx, fmt.Sprintf("CREATE VIEW %s AS SELECT * FROM read_parquet('%s', file_row_number = true)", table, f))
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// attach makes views of DuckDB's own tables, and the tables first if the
// folder has none. They are a file, because in memory alone DuckDB does not
// compress them, and five million rows would want forty gigabytes; what a
// query reads of them stays in DuckDB's buffers. The number of a row has the
// name that it has in Parquet.
func attach(ctx context.Context, db *sql.DB, o options, m *measurement) error {
	files, err := tables(o)
	if err != nil {
		return err
	}
	name := filepath.Join(o.data, "tables.duckdb")
	if _, err := os.Stat(name); err != nil {
		begin := time.Now()
		if err := create(ctx, db, name, files); err != nil {
			return err
		}
		m.LoadMS = since(begin)
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("ATTACH '%s' AS kept (READ_ONLY)", name)); err != nil {
		return err
	}
	for table := range files {
		_, err := db.ExecContext(ctx, fmt.Sprintf("CREATE VIEW %[1]s AS SELECT *, rowid AS file_row_number FROM kept.%[1]s", table))
		if err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

// create fills a DuckDB file, which appears whole or not at all.
func create(ctx context.Context, db *sql.DB, name string, files map[string]string) error {
	part := name + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("ATTACH '%s' AS filling", part)); err != nil {
		return err
	}
	for table, f := range files {
		if _, err := db.ExecContext(ctx, fmt.Sprintf("CREATE TABLE filling.%s AS SELECT * FROM read_parquet('%s')", table, f)); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	if _, err := db.ExecContext(ctx, "CHECKPOINT filling; DETACH filling"); err != nil {
		return err
	}
	return os.Rename(part, name)
}

// prepare reads the query and fills in the time and the request it is about.
func prepare(o options) (string, error) {
	text, err := os.ReadFile(o.query)
	if err != nil {
		return "", err
	}
	var stamp struct{ Now, Request string }
	raw, err := os.ReadFile(filepath.Join(o.data, "stamp.json"))
	if err != nil {
		return "", err
	}
	if err := json.Unmarshal(raw, &stamp); err != nil {
		return "", fmt.Errorf("stamp.json: %w", err)
	}
	return strings.NewReplacer("{now}", "TIMESTAMPTZ '"+stamp.Now+"'", "{request}", stamp.Request).Replace(string(text)), nil
}

// peak is the most memory that this process ever had.
func peak() (int64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	lines := strings.Split(string(status), "\n")
	i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "VmHWM:") })
	if i < 0 {
		return 0, fmt.Errorf("/proc/self/status: no VmHWM")
	}
	return strconv.ParseInt(strings.Fields(lines[i])[1], 10, 64)
}

// since is the time since t in milliseconds.
func since(t time.Time) float64 { return float64(time.Since(t).Microseconds()) / 1000 }

// cpuTime is the processor time that this process has used, in milliseconds.
func cpuTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e6
}
