package ingest

import (
	"fmt"
	"strings"
	"sync"
)

// A Problem is a record, a value or a file that could not be understood.
type Problem struct {
	File    string
	Line    int // from 1; 0 where there are no lines
	Message string
}

// String prints the problem as file:line: message.
func (p Problem) String() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s: %s", p.File, p.Message)
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Message)
}

// maxProblems is how many problems of each kind are kept in full; all are
// counted.
const maxProblems = 100

// A Report is what was read and what could not be. It is safe for concurrent
// use.
type Report struct {
	mu       sync.Mutex
	problems []Problem
	files    int
	records  int
	rejected int
	values   int
	broken   int
	notes    int
}

// Problems returns the first problems of the report, in the order of input
// within each file.
func (r *Report) Problems() []Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Problem(nil), r.problems...)
}

// Counts returns the number of files read, of records loaded, of records that
// could not be understood, of values that became null because they do not read
// as their column's type, and of files that could not be read to their end.
func (r *Report) Counts() (files, records, rejected, values, broken int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.files, r.records, r.rejected, r.values, r.broken
}

// Clean reports whether everything was understood.
func (r *Report) Clean() bool {
	_, _, rejected, values, broken := r.Counts()
	r.mu.Lock()
	defer r.mu.Unlock()
	return rejected+values+broken+r.notes == 0
}

func (r *Report) note(p Problem) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, p)
	}
}

func (r *Report) fileDone() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.files++
}

// Note adds something to tell about a file that was read all the same.
func (r *Report) Note(file, what string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.notes++
	r.note(Problem{File: file, Message: what})
}

// FileBroken notes a file that could not be read, or not to its end.
func (r *Report) FileBroken(file string, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken++
	r.note(Problem{File: file, Message: strings.TrimPrefix(err.Error(), file+": ")})
}

// piece adds what one piece of input came to.
func (r *Report) piece(file string, p *piece) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rejected += len(p.rejected)
	for _, x := range p.rejected {
		r.note(Problem{File: file, Line: x.line, Message: x.err.Error()})
	}
	for _, t := range p.parts {
		r.records += t.n
	}
}

// unreadable notes values of a column that became null.
func (r *Report) unreadable(file, table string, b badValues) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values += b.n
	r.note(Problem{File: file, Line: b.line, Message: fmt.Sprintf("%s.%s: %q does not read as %s (%d such values from here on became null)", table, b.column.Name, cutText(b.example), b.column.Type, b.n)})
}

func cutText(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
