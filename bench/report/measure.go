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
	MS     float64 `json:"ms"`
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
		return process{}, fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(errs.Bytes()))
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
	return json.NewEncoder(os.Stdout).Encode(p)
}

// A measurement is the line of JSON that a runner prints.
type measurement struct {
	MS     []float64 `json:"ms"`
	Rows   int       `json:"rows"`
	PeakKB int64     `json:"peak_kb"`
}

// runner starts bench/run or bench/peers, which take the same flags.
func runner(name string, args ...string) (measurement, error) {
	cmd := exec.Command(name, args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		return measurement{}, fmt.Errorf("%s: %w: %s", name, err, bytes.TrimSpace(errs.Bytes()))
	}
	var m measurement
	if err := json.Unmarshal(out, &m); err != nil {
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
