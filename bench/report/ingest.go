package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// reportIngest measures how fast diagnostic envelopes become a table in memory
// and a Parquet file.
func reportIngest(o options) (ok bool, err error) {
	inputs, err := filepath.Glob(filepath.Join(o.data, "ndjson-*", "*.json"))
	if err != nil {
		return false, err
	}
	tmp, err := os.MkdirTemp("", "calypso-bench")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(tmp)
	ok = true
	for _, in := range inputs {
		if filepath.Base(in) == "stamp.json" {
			continue
		}
		st, err := os.Stat(in)
		if err != nil {
			return false, err
		}
		fmt.Printf("\nIngest of %.2f GB of envelopes, MB/s and peak MB\n\n| into | MB/s | DuckDB | × | peak MB | DuckDB | rows |\n|---|--:|--:|--:|--:|--:|---|\n", float64(st.Size())/1e9)
		for _, into := range []string{"memory", "Parquet"} {
			same, err := ingestLine(o, in, into, tmp, float64(st.Size())/1e6)
			if err != nil {
				return false, err
			}
			ok = ok && same
		}
	}
	return ok, nil
}

// ingestLine measures one target with both engines, each at its best of three.
func ingestLine(o options, in, into, tmp string, size float64) (same bool, err error) {
	best := func(program string) (float64, measurement, error) {
		var fastest float64
		var last measurement
		for range 3 {
			args := []string{"-ingest", in, "-threads", fmt.Sprint(o.threads)}
			if into == "Parquet" {
				args = append(args, "-parquet", filepath.Join(tmp, "ingest.parquet"))
			}
			m, err := runner(program, args...)
			if err != nil {
				return 0, m, err
			}
			last = m
			if t := m.times(o)[0]; fastest == 0 || t < fastest {
				fastest = t
			}
		}
		return fastest, last, nil
	}
	peer, pm, err := best(o.peers)
	if err != nil {
		return false, err
	}
	own, om, err := best(o.run)
	if err != nil {
		fmt.Printf("| %s | – | %.0f | – | – | %s | %v |\n", into, size/peer*1000, mb(pm.PeakKB), err)
		return false, nil
	}
	verdict := "same"
	if om.Rows != pm.Rows {
		verdict = fmt.Sprintf("%d, DuckDB %d", om.Rows, pm.Rows)
	}
	fmt.Printf("| %s | %.0f | %.0f | %s | %s | %s | %s |\n", into, size/own*1000, size/peer*1000, ratio(own, peer), mb(om.PeakKB), mb(pm.PeakKB), verdict)
	return verdict == "same", nil
}
