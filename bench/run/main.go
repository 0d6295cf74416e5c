// Command run runs one KQL query, or one ingest, with the engine inside its own
// process and prints what it measured as a line of JSON. It is the counterpart
// of bench/peers and takes the same flags.
//
//	run -data bench/data/1000000 -query bench/queries/01-window-count.kql -repeat 5
//	run -ingest bench/data/ndjson-200000/NonInteractiveUserSignInLogs.json -parquet out.parquet
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/internal/pace"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/parquet"
	"github.com/calypso-kql/calypso/store"
)

// A measurement is the answer of a runner.
type measurement struct {
	Engine string    `json:"engine"`
	MS     []float64 `json:"ms"`     // each run; the first is cold
	CPU    []float64 `json:"cpu_ms"` // of all threads, likewise
	Rows   int       `json:"rows"`
	PeakKB int64     `json:"peak_kb"`
	// DiskBytes is what the store takes, log included.
	DiskBytes int64 `json:"disk_bytes,omitempty"`
}

type options struct {
	data, query, out, ingest, parquet, store string
	profile                                  string
	repeat, threads                          int
	memory, others                           bool
	tick                                     time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.data, "data", "", "folder of the Parquet tables")
	flag.StringVar(&o.query, "query", "", "file of the query")
	flag.StringVar(&o.out, "out", "", "file for the answer, as Kusto writes it")
	flag.StringVar(&o.ingest, "ingest", "", "NDJSON file to load instead of a query")
	flag.StringVar(&o.parquet, "parquet", "", "Parquet file to write what was ingested to, instead of memory")
	flag.StringVar(&o.store, "store", "", "folder of a store to write what was ingested to, or to query instead of the Parquet files")
	flag.IntVar(&o.repeat, "repeat", 1, "how often to run the query")
	flag.DurationVar(&o.tick, "tick", 0, "how much later than the one before each run is, as a rule on its schedule; the last is at the data's end")
	flag.IntVar(&o.threads, "threads", 2, "threads")
	flag.StringVar(&o.profile, "cpuprofile", "", "file for a CPU profile")
	flag.BoolVar(&o.memory, "memory", false, "keep decoded columns in memory between runs")
	flag.BoolVar(&o.others, "others", false, "ask for another request in each run")
	flag.Parse()
	if err := profiled(o.profile, func() error { return run(context.Background(), o) }); err != nil {
		fmt.Fprintln(os.Stderr, "run:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	runtime.GOMAXPROCS(o.threads)
	m := measurement{Engine: "Calypso"}
	var err error
	if o.ingest != "" {
		err = load(ctx, o, &m)
	} else {
		err = query(ctx, o, &m)
	}
	if err != nil {
		return err
	}
	if m.PeakKB, err = peak(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(m)
}

// query runs the query o.repeat times, from its text to the answer in memory.
func query(ctx context.Context, o options, m *measurement) error {
	pace.Server()
	text, request, now, err := prepare(o)
	if err != nil {
		return err
	}
	tables, err := open(o)
	if err != nil {
		return err
	}
	if o.store != "" {
		s, err := store.Open(o.store, store.Options{})
		if err != nil {
			return err
		}
		defer s.Close()
		tables = snapshotOf(s)
	}
	engine, err := kql.New()
	if err != nil {
		return err
	}
	texts := slices.Repeat([]string{strings.ReplaceAll(text, "{request}", request)}, o.repeat)
	if o.others {
		if texts, err = others(ctx, engine, tables, o, text, o.repeat); err != nil {
			return err
		}
	}
	for i, text := range texts {
		begin, cpu := time.Now(), cpuTime()
		q, diags := engine.Compile(text, tables)
		at := now - int64(o.repeat-1-i)*int64(o.tick/100)
		answer, err := q.Run(ctx, kql.RunOptions{Now: at, Workers: o.threads})
		if err != nil {
			return fmt.Errorf("%s: %w %v", o.query, err, diags)
		}
		m.MS = append(m.MS, since(begin))
		m.CPU = append(m.CPU, cpuTime()-cpu)
		if i == 0 {
			m.Rows = answer[len(answer)-1].Rows()
			if err := save(o.out, answer); err != nil {
				return err
			}
		}
	}
	return nil
}

// open opens the tables of the folder with the types that the catalog knows.
func open(o options) (kql.Tables, error) {
	known, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(o.data, "*.parquet"))
	if err != nil {
		return nil, err
	}
	tables := kql.Tables{}
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".parquet")
		declared, _ := known.Table(name)
		if tables[name], err = parquet.Open(f, parquet.Options{Declared: declared.Schema, Keep: o.memory}); err != nil {
			return nil, err
		}
	}
	return tables, nil
}

// prepare reads the query and returns the request to ask it about, and the time to ask
// it at.
func prepare(o options) (text, request string, now int64, err error) {
	raw, err := os.ReadFile(o.query)
	if err != nil {
		return "", "", 0, err
	}
	var stamp struct {
		Now     time.Time
		Request string
	}
	data, err := os.ReadFile(filepath.Join(o.data, "stamp.json"))
	if err != nil {
		return "", "", 0, err
	}
	if err := json.Unmarshal(data, &stamp); err != nil {
		return "", "", 0, fmt.Errorf("stamp.json: %w", err)
	}
	now, ok := types.TicksOf(stamp.Now)
	if !ok {
		return "", "", 0, fmt.Errorf("stamp.json: time %s is out of range", stamp.Now)
	}
	return string(raw), stamp.Request, now, nil
}

func save(name string, answer []kql.Table) error {
	if name == "" {
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := output.Write(f, output.Kusto, answer, output.Options{}); err != nil {
		f.Close()
		return err
	}
	return f.Close()
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

// profiled runs f, with a CPU profile of it in the file given, if any.
func profiled(file string, f func() error) error {
	if file == "" {
		return f()
	}
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	defer w.Close()
	if err := pprof.StartCPUProfile(w); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
