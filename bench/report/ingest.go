package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// reportIngest measures how fast diagnostic envelopes become a table in memory, a
// Parquet file, and a store or database on the disk, synced.
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
		for _, into := range []string{"memory", "Parquet", "store"} {
			same, err := ingestLine(o, in, into, tmp, float64(st.Size())/1e6)
			if err != nil {
				return false, err
			}
			ok = ok && same
		}
		if exists(o.clickhouse) && exists(o.chdb) {
			if err := clickhouseLine(o, in, tmp, float64(st.Size())/1e6); err != nil {
				return false, err
			}
		}
	}
	return ok, nil
}

// clickhouseLine measures ClickHouse's ingest into a MergeTree: its best of three.
func clickhouseLine(o options, in, tmp string, size float64) error {
	var fastest float64
	var last measurement
	for range 3 {
		dir := filepath.Join(tmp, "clickhouse")
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		m, err := runner(o.clickhouse, o.chdb, in, dir)
		if err != nil {
			return err
		}
		last = m
		if t := m.times(o)[0]; fastest == 0 || t < fastest {
			fastest = t
		}
	}
	fmt.Printf("\nClickHouse into a MergeTree: %.0f MB/s, peak %s MB, %d rows, %d bytes a row on the disk\n",
		size/fastest*1000, mb(last.PeakKB), last.Rows, last.DiskBytes/int64(last.Rows))
	return nil
}

// ingestLine measures one target with both engines, each at its best of three.
func ingestLine(o options, in, into, tmp string, size float64) (same bool, err error) {
	best := func(program string) (float64, measurement, error) {
		var fastest float64
		var last measurement
		for range 3 {
			args := []string{"-ingest", in, "-threads", fmt.Sprint(o.threads)}
			switch into {
			case "Parquet":
				args = append(args, "-parquet", filepath.Join(tmp, "ingest.parquet"))
			case "store":
				dir := filepath.Join(tmp, "store")
				if err := os.RemoveAll(dir); err != nil {
					return 0, last, err
				}
				args = append(args, "-store", dir)
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
	if into == "store" {
		fmt.Printf("\nOn the disk, bytes a row: %d, DuckDB %d\n", om.DiskBytes/int64(om.Rows), pm.DiskBytes/int64(pm.Rows))
	}
	return verdict == "same", nil
}
