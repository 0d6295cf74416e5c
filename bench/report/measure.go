package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"
)

// A process is what was measured of one run of a program from outside.
type process struct {
	ms     float64
	peakKB int64 // of this process alone, Linux's ru_maxrss
	out    []byte
}

// launch runs a program and waits for it. What it prints as errors is part of
// the error.
func launch(name string, args ...string) (process, error) {
	cmd := exec.Command(name, args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	begin := time.Now()
	err := cmd.Run()
	p := process{ms: float64(time.Since(begin).Microseconds()) / 1000, out: out.Bytes()}
	if err != nil {
		return p, fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(errs.Bytes()))
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return p, errors.New("no resource usage on this system")
	}
	p.peakKB = usage.Maxrss
	return p, nil
}

// A measurement is the line of JSON that a runner prints.
type measurement struct {
	MS     []float64 `json:"ms"`
	Rows   int       `json:"rows"`
	PeakKB int64     `json:"peak_kb"`
}

// runner starts bench/run or bench/peers, which take the same flags.
func runner(name string, args ...string) (measurement, error) {
	p, err := launch(name, args...)
	if err != nil {
		return measurement{}, err
	}
	var m measurement
	if err := json.Unmarshal(p.out, &m); err != nil {
		return measurement{}, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// median of the runs after the first, which had everything to load.
func (m measurement) median() float64 {
	if len(m.MS) < 2 {
		return 0
	}
	rest := slices.Clone(m.MS[1:])
	slices.Sort(rest)
	return rest[len(rest)/2]
}

// exists says whether a program is there to be measured.
func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
