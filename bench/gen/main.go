// Command gen writes the benchmark's data: a tenant's logs as typed Parquet
// tables, and its sign-ins as NDJSON envelopes for the ingest benchmark. What
// is there already from the same seed and version is left alone.
//
//	go run ./bench/gen -dir bench/data -rows 1000000,5000000 -ndjson 200000
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/tenant"
)

// version counts changes of the generator that change its data.
const version = 2

// The sizes that belong to every table of sign-ins, large or small.
const (
	users      = 20_000
	riskEvents = 20_000
	alerts     = 50_000
)

func main() {
	dir := flag.String("dir", "bench/data", "folder for the data")
	rows := flag.String("rows", "1000000,5000000", "sign-in rows of each data set, separated by commas")
	ndjson := flag.Int64("ndjson", 200_000, "sign-in envelopes for the ingest benchmark; 0 for none")
	seed := flag.Uint64("seed", 7, "decides everything that is random")
	flag.Parse()
	if err := run(*dir, *rows, *ndjson, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(dir, rows string, ndjson int64, seed uint64) error {
	for _, s := range strings.Split(rows, ",") {
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return fmt.Errorf("rows: %w", err)
		}
		if err := once(filepath.Join(dir, strconv.FormatInt(n, 10)), seed, n, writeTables); err != nil {
			return err
		}
	}
	if ndjson == 0 {
		return nil
	}
	return once(filepath.Join(dir, "ndjson-"+strconv.FormatInt(ndjson, 10)), seed, ndjson, writeEnvelopes)
}

// A stamp says what a folder was made from; it is written last.
type stamp struct {
	Version int       `json:"version"`
	Seed    uint64    `json:"seed"`
	Rows    int64     `json:"rows"`
	Now     time.Time `json:"now"`     // the end of the data, at which queries are asked
	Request string    `json:"request"` // a sign-in to look up by its OriginalRequestId
}

// once fills the folder unless it holds the same data already. The folder
// appears whole or not at all.
func once(dir string, seed uint64, rows int64, write func(string, *tenant.Tenant) error) error {
	end := time.Date(2025, 6, 18, 12, 0, 0, 0, time.UTC)
	begin := time.Now()
	t, err := tenant.New(tenant.Options{Seed: seed, Start: end.Add(-48 * time.Hour), End: end, Users: users, SignIns: rows,
		RiskEvents: riskEvents, Alerts: alerts, APITraffic: 0.08, CaseSpan: tenant.Tick})
	if err != nil {
		return err
	}
	want, err := json.Marshal(stamp{version, seed, rows, end, t.Cases()[0].RequestID})
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "stamp.json")
	if have, err := os.ReadFile(name); err == nil && string(have) == string(want) {
		fmt.Printf("%s: there already\n", dir)
		return nil
	}
	part := dir + ".part"
	for _, d := range []string{part, dir} {
		if err := os.RemoveAll(d); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return err
	}
	if err := write(part, t); err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	if err := os.WriteFile(filepath.Join(part, "stamp.json"), want, 0o644); err != nil {
		return err
	}
	if err := os.Rename(part, dir); err != nil {
		return err
	}
	fmt.Printf("%s: written in %s\n", dir, time.Since(begin).Round(time.Millisecond))
	return nil
}

// writeTables writes the three tables and the planted cases.
func writeTables(dir string, t *tenant.Tenant) error {
	ids := []string{"OriginalRequestId", "Id", "CorrelationId", "UniqueTokenIdentifier"}
	unique := append([]string{"AuthenticationDetails", "_ItemId"}, ids...)
	signIns := table[tenant.SignIn]{name: tenant.SignInTable, columns: tenant.SignInColumns(), blooms: ids, plain: unique,
		rows: t.SignIns(), row: func(i int64, s *tenant.SignIn) { t.SignIn(i, s) }}
	if err := signIns.write(dir); err != nil {
		return err
	}
	risk := table[tenant.RiskEvent]{name: tenant.RiskTable, columns: tenant.RiskColumns(), blooms: []string{"Id", "RequestId"},
		rows: int64(len(t.RiskEvents())), row: func(i int64, e *tenant.RiskEvent) { *e = t.RiskEvents()[i] }}
	if err := risk.write(dir); err != nil {
		return err
	}
	alerts := table[tenant.Alert]{name: tenant.AlertTable, columns: tenant.AlertColumns(), blooms: []string{"VendorOriginalId", "SystemAlertId"},
		rows: int64(len(t.Alerts())), row: func(i int64, a *tenant.Alert) { *a = t.Alerts()[i] }}
	if err := alerts.write(dir); err != nil {
		return err
	}
	cases, err := json.MarshalIndent(t.Cases(), "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "cases.json"), cases, 0o644)
}

// writeEnvelopes writes the sign-ins as diagnostic envelopes.
func writeEnvelopes(dir string, t *tenant.Tenant) error {
	f, err := os.Create(filepath.Join(dir, "NonInteractiveUserSignInLogs.json"))
	if err != nil {
		return err
	}
	if err := t.WriteSignIns(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
