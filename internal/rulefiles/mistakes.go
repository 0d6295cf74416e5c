package rulefiles

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Mistakes collects all that is wrong with a rule of a file.
type Mistakes struct {
	File string
	// At returns the line of the field at a path, as entityMappings[0].entityType; 0 if
	// it is not there.
	At func(path string) int
	// Begins is the line of the rule itself.
	Begins int

	all []mistake
}

type mistake struct {
	line int
	err  error
}

// Add notes what is wrong with the field at a path.
func (m *Mistakes) Add(path, format string, args ...any) {
	line := m.Line(path)
	m.all = append(m.all, mistake{line, fmt.Errorf("%s:%d: %s %s", m.File, line, path, fmt.Sprintf(format, args...))})
}

// Want notes what is wrong with the field at a path unless ok.
func (m *Mistakes) Want(ok bool, path, otherwise string) {
	if !ok {
		m.Add(path, "%s", otherwise)
	}
}

// Len returns how many there are.
func (m *Mistakes) Len() int { return len(m.all) }

// Err returns all as one error, in the order of their lines.
func (m *Mistakes) Err() error {
	slices.SortStableFunc(m.all, func(a, b mistake) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, e := range m.all {
		errs = append(errs, e.err)
	}
	return errors.Join(errs...)
}

// Line returns the line of the field at a path, or of the nearest field around it that
// is there; that of the rule if none is.
func (m *Mistakes) Line(path string) int {
	for ; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if line := m.At(path); line > 0 {
			return line
		}
	}
	return max(m.Begins, 1)
}
