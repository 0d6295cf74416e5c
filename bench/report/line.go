package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A line is one query measured with both engines.
type line struct {
	name      string
	own, peer timing
	rows      int
	verdict   string // same, differs, or why there is nothing to compare
	notes     []string
}

// A timing is one engine's figures, in milliseconds; 0 is not measured.
type timing struct {
	cold   float64 // a new process, files in the system's cache, rows written as JSON
	warm   float64 // from Parquet, median of the runs after the first
	hot    float64 // from what the engine keeps in memory, likewise
	peakKB int64   // of the cold process
	hash   string
}

// measure runs a query six times over: cold, warm and hot, here and there.
func measure(o options, set dataSet, name string) (*line, error) {
	l := &line{name: name}
	tmp, err := os.MkdirTemp("", "calypso-bench")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	sql := filepath.Join(o.queries, name+".sql")
	peerOut, ownOut := filepath.Join(tmp, "peer.json"), filepath.Join(tmp, "own.json")
	alone, err := noPeer(sql)
	if err != nil {
		return nil, err
	}
	var peer *answer
	if alone == "" {
		if peer, err = l.measurePeer(o, set, sql, peerOut); err != nil {
			return nil, err
		}
	}
	kql := filepath.Join(o.queries, name+".kql")
	if name == "00-mission" {
		if kql, err = missionQuery(o.mission, tmp); err != nil {
			return nil, err
		}
		l.notes = append(l.notes, planted(set, peer, "DuckDB")...)
	}
	if err := measureRunner(o, o.run, set, kql, ownOut, &l.own); err != nil {
		l.verdict = "no answer"
		l.notes = append(l.notes, err.Error())
		return l, nil
	}
	if exists(o.calypso) {
		if err := commandLine(o, set, kql, ownOut, tmp, &l.own); err != nil {
			l.verdict = "no answer"
			l.notes = append(l.notes, err.Error())
			return l, nil
		}
	}
	own, err := readAnswer(ownOut)
	if err != nil {
		return nil, err
	}
	l.own.hash = own.hash()
	if alone != "" {
		l.rows, l.verdict = len(own.rows), alone
		return l, nil
	}
	if name == "00-mission" {
		l.notes = append(l.notes, planted(set, own, "Calypso")...)
	}
	tolerance, err := tolerances(sql)
	if err != nil {
		return nil, err
	}
	l.judge(compare(own, peer, tolerance))
	return l, nil
}

// measurePeer runs the query on the engine beside ours, and returns its answer.
func (l *line) measurePeer(o options, set dataSet, sql, out string) (*answer, error) {
	if err := measureRunner(o, o.peers, set, sql, out, &l.peer); err != nil {
		return nil, err
	}
	peer, err := readAnswer(out)
	if err != nil {
		return nil, err
	}
	l.rows, l.peer.hash = len(peer.rows), peer.hash()
	return peer, nil
}

// judge keeps the first differences for the notes.
func (l *line) judge(diffs []string) {
	l.verdict = "same"
	if len(diffs) == 0 {
		return
	}
	l.verdict = "differs"
	l.notes = append(l.notes, fmt.Sprintf("%d differences", len(diffs)))
	l.notes = append(l.notes, diffs[:min(len(diffs), 5)]...)
}

// measureRunner takes all three times with a runner.
func measureRunner(o options, program string, set dataSet, query, out string, t *timing) error {
	args := []string{"-data", set.dir, "-query", query, "-threads", strconv.Itoa(o.threads)}
	p, err := launch(os.DevNull, program, append(args, "-out", out)...)
	if err != nil {
		return err
	}
	t.cold, t.peakKB = p.time(o), p.PeakKB
	args = append(args, "-repeat", strconv.Itoa(o.repeat))
	m, err := runner(program, args...)
	if err != nil {
		return err
	}
	t.warm = median(m.times(o))
	if m, err = runner(program, append(args, "-memory")...); err != nil {
		return err
	}
	t.hot = median(m.times(o))
	return nil
}

// commandLine measures the cold run through the command that people use, in
// place of the runner's.
func commandLine(o options, set dataSet, query, out, tmp string, t *timing) error {
	s, err := readStamp(set)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(query)
	if err != nil {
		return err
	}
	file := filepath.Join(tmp, "query.kql")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(string(text), "{request}", s.Request)), 0o644); err != nil {
		return err
	}
	p, err := launch(out, o.calypso, "query", "-d", set.dir, "-o", "kusto", "--now", s.Now, "-f", file)
	t.cold, t.peakKB = p.time(o), p.PeakKB
	return err
}

type stamp struct{ Now, Request string }

func readStamp(set dataSet) (stamp, error) {
	var s stamp
	raw, err := os.ReadFile(filepath.Join(set.dir, "stamp.json"))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(raw, &s)
}

// noPeer reads the line "-- no peer: REASON" of a query that the peer cannot
// answer; empty if it can.
func noPeer(name string) (reason string, err error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	reason, _ = strings.CutPrefix(first, "-- no peer: ")
	if reason == first {
		return "", nil
	}
	return "no peer: " + strings.TrimSpace(reason), nil
}

// tolerances reads the lines "-- tolerance: Column 0.03" of a query.
func tolerances(name string) (map[string]float64, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	out := map[string]float64{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		rest, ok := strings.CutPrefix(lines.Text(), "-- tolerance:")
		if !ok {
			continue
		}
		var column string
		var share float64
		if _, err := fmt.Sscan(rest, &column, &share); err != nil {
			return nil, fmt.Errorf("%s: %q: %w", name, lines.Text(), err)
		}
		out[column] = share
	}
	return out, lines.Err()
}

func printHead() {
	fmt.Println("| query | result rows | cold | DuckDB | × | warm | DuckDB | × | hot | DuckDB | × | M rows/s warm | peak MB | DuckDB | answer |")
	fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|---|")
}

func (l *line) print(rows int64) {
	pair := func(own, peer float64) string {
		return fmt.Sprintf(" %s | %s | %s |", ms(own), ms(peer), ratio(own, peer))
	}
	speed := "–"
	if l.own.warm > 0 {
		speed = fmt.Sprintf("%.1f", float64(rows)/l.own.warm/1000)
	}
	fmt.Printf("| %s | %d |%s%s%s %s | %s | %s | %s |\n", l.name, l.rows, pair(l.own.cold, l.peer.cold), pair(l.own.warm, l.peer.warm),
		pair(l.own.hot, l.peer.hot), speed, mb(l.own.peakKB), mb(l.peer.peakKB), l.verdict)
}

func ms(x float64) string {
	switch {
	case x == 0:
		return "–"
	case x < 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.0f", x)
	}
}

func ratio(own, peer float64) string {
	if own == 0 || peer == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f", peer/own)
}

func mb(kb int64) string {
	if kb == 0 {
		return "–"
	}
	return strconv.FormatInt(kb/1024, 10)
}
