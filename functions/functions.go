// Package functions reads the saved functions of a workspace from files: KQL,
// `.create-or-alter function` commands, the YAML of ASIM parsers and the ARM
// templates of saved searches.
//
// It promises that a function's parameters and body are KQL that parses; a file
// that is none of these forms, or whose KQL does not parse, is a problem with its
// name and line, and the others are there all the same.
package functions

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/filetree"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A Function is one saved function.
type Function struct {
	Name string
	// Params is the parameter list as KQL writes it: "(a: long, b: string = '*')".
	Params string
	// Body is the text between the braces.
	Body string
	// File is where it was read.
	File string
}

// A Library is the functions of some files. It is immutable and safe for
// concurrent use.
type Library struct {
	byName   map[string]Function
	problems []error
}

// Function returns the function called name; names are case-sensitive.
func (l *Library) Function(name string) (Function, bool) {
	f, ok := l.byName[name]
	return f, ok
}

// Names returns the names of all functions, sorted.
func (l *Library) Names() []string {
	names := make([]string, 0, len(l.byName))
	for n := range l.byName {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// Problems returns what could not be read, in the order of the files.
func (l *Library) Problems() []error { return l.problems }

// Open reads the functions of files, and of all files in folders whose name ends
// in .kql, .csl, .yaml, .yml or .json. It fails if a path does not exist.
func Open(paths []string) (*Library, error) {
	l := &Library{byName: map[string]Function{}}
	for _, path := range paths {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("functions: %w", err)
		}
		filetree.Walk(path, func(file string, _ fs.FileInfo, err error) {
			if err != nil {
				l.problem(file, err)
				return
			}
			l.readFile(file, file == path)
		})
	}
	return l, nil
}

// readFile reads one file. In a folder, files of other kinds, and YAML and JSON of
// another shape, are none of ours.
func (l *Library) readFile(file string, named bool) {
	read := map[string]func(file string, text string) ([]Function, error){
		".kql": readKQL, ".csl": readKQL, ".yaml": readYAML, ".yml": readYAML, ".json": readTemplate,
	}[strings.ToLower(filepath.Ext(file))]
	if read == nil {
		if named {
			l.problem(file, fmt.Errorf("want .kql, .csl, .yaml or .json"))
		}
		return
	}
	text, err := os.ReadFile(file)
	if err != nil {
		l.problem(file, err)
		return
	}
	fs, err := read(file, strings.TrimPrefix(string(text), "\ufeff"))
	if err != nil {
		l.problem(file, err)
	}
	if len(fs) == 0 && err == nil && named {
		l.problem(file, fmt.Errorf("the file has no function"))
	}
	for _, f := range fs {
		f.File = file
		l.add(f)
	}
}

func (l *Library) problem(file string, err error) {
	l.problems = append(l.problems, fmt.Errorf("%s: %w", file, err))
}

func (l *Library) add(f Function) {
	if f.Params == "" {
		f.Params = "()"
	}
	if before, ok := l.byName[f.Name]; ok && before != f {
		l.problem(f.File, fmt.Errorf("the function %s is in %s already; that one counts", f.Name, before.File))
		return
	}
	if err := f.check(); err != nil {
		l.problem(f.File, err)
	}
	l.byName[f.Name] = f
}

// check says what is wrong with the text of a function.
func (f Function) check() error {
	head := "let f = " + f.Params + " {\n"
	_, diags := syntax.Parse(head + f.Body + "\n}")
	for _, d := range diags {
		if d.Severity != syntax.Error {
			continue
		}
		if d.Pos < len(head) {
			return fmt.Errorf("the parameters %s of %s: %s", f.Params, f.Name, d.Message)
		}
		at := min(d.Pos-len(head), len(f.Body))
		return fmt.Errorf("line %d of %s: %s", 1+strings.Count(f.Body[:at], "\n"), f.Name, d.Message)
	}
	return nil
}
