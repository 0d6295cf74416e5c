package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A process is what was measured of one run of a program from outside.
type process struct {
	MS     float64 `json:"ms"`
	CPU    float64 `json:"cpu_ms"`  // of all threads
	PeakKB int64   `json:"peak_kb"` // Linux's ru_maxrss
}

// launch runs a program with its output in a file and waits for it. It does so
// through a small process of its own: Linux counts the memory that a process
// had before exec, so a child of this one would start with ours. What the
// program prints as errors is part of the error.
func launch(out, name string, args ...string) (process, error) {
	self, err := os.Executable()
	if err != nil {
		return process{}, err
	}
	cmd := exec.Command(self, append([]string{launchMode, out, name}, args...)...)
	var answer, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &answer, &errs
	if err := cmd.Run(); err != nil {
		return process{}, fmt.Errorf("%s: %w: %s", name, err, firstLine(errs.String()))
	}
	var p process
	return p, json.Unmarshal(answer.Bytes(), &p)
}

// launchMode is the first argument of the small process.
const launchMode = "launch"

// launched is the small process: it runs args[1:] with the output in the file
// args[0] and prints what it measured.
func launched(args []string) error {
	out, err := os.Create(args[0])
	if err != nil {
		return err
	}
	defer out.Close()
	cmd := exec.Command(args[1], args[2:]...)
	cmd.Stdout, cmd.Stderr = out, os.Stderr
	begin := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	p := process{MS: float64(time.Since(begin).Microseconds()) / 1000}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return errors.New("no resource usage on this system")
	}
	p.PeakKB = usage.Maxrss
	p.CPU = float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e6
	return json.NewEncoder(os.Stdout).Encode(p)
}

// time is the figure that is reported.
func (p process) time(o options) float64 {
	if o.cpu {
		return p.CPU
	}
	return p.MS
}

// A measurement is the line of JSON that a runner prints.
type measurement struct {
	MS     []float64 `json:"ms"`
	CPU    []float64 `json:"cpu_ms"`
	Rows   int       `json:"rows"`
	PeakKB int64     `json:"peak_kb"`
	// DiskBytes is what a store or database takes on the disk.
	DiskBytes int64 `json:"disk_bytes"`
}

// runner starts bench/run or bench/peers, which take the same flags.
func runner(name string, args ...string) (measurement, error) {
	cmd := exec.Command(name, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return measurement{}, fmt.Errorf("%s: %w: %s", name, err, firstLine(errs.String()))
	}
	var m measurement
	if err := json.Unmarshal(out, &m); err != nil {
		return measurement{}, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}

// times are the figures that are reported.
func (m measurement) times(o options) []float64 {
	if o.cpu {
		return m.CPU
	}
	return m.MS
}

// median of the runs after the first, which had everything to load.
func median(runs []float64) float64 {
	if len(runs) < 2 {
		return 0
	}
	rest := slices.Clone(runs[1:])
	slices.Sort(rest)
	return rest[len(rest)/2]
}

// exists says whether a program is there to be measured.
func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// firstLine keeps a fault of a program from filling the report.
func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line
}
