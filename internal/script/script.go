// Package script runs golden tests: files of queries, each followed by views of
// it that the test pins down.
//
//	=== strlen counts characters, not bytes
//	print strlen("naïve")
//	--- schema
//	print_0: long
//	--- run
//	print_0
//	5
//
// A test names the views that it knows. With -update it writes what the views
// return into the file, so that a change of behaviour is read as a diff.
package script

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A View renders one aspect of a query: its plan, its rows, its errors.
type View func(t *testing.T, query string) string

// UpdateFlag defines the -update flag; a test package calls it once, from a
// package-level variable, and passes the result to Run.
func UpdateFlag() *bool { return flag.Bool("update", false, "rewrite golden files") }

// Run checks every case of every file that matches glob, or rewrites the files
// if update is set. Cases that -run leaves out keep what they had.
func Run(t *testing.T, glob string, update bool, views map[string]View) {
	t.Helper()
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts match %s: %v", glob, err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), func(t *testing.T) {
			runFile(t, path, update, views)
		})
	}
}

func runFile(t *testing.T, path string, update bool, views map[string]View) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, cases := parse(string(data))
	if len(cases) == 0 {
		t.Fatalf("%s: no case: each begins with a line \"=== what it shows\"", path)
	}
	for i := range cases {
		t.Run(cases[i].name, func(t *testing.T) { runCase(t, path, &cases[i], update, views) })
	}
	if !update {
		return
	}
	if err := os.WriteFile(path, []byte(format(head, cases)), 0o666); err != nil {
		t.Fatal(err)
	}
}

func runCase(t *testing.T, path string, c *testcase, update bool, views map[string]View) {
	if len(c.blocks) == 0 {
		t.Errorf("%s:%d: the case has no view", path, c.line)
	}
	for j := range c.blocks {
		b := &c.blocks[j]
		view, ok := views[b.view]
		if !ok {
			t.Fatalf("%s:%d: no view is called %q", path, b.line, b.view)
		}
		got := strings.TrimRight(view(t, c.query), "\n")
		switch {
		case update:
			b.want = got
		case got != b.want:
			t.Errorf("%s:%d: %s\ngot:\n%s\nwant:\n%s", path, b.line, b.view, got, b.want)
		}
	}
}

type testcase struct {
	name, query string
	line        int
	blocks      []block
}

type block struct {
	view, want string
	line       int
}

// format is the inverse of parse.
func format(head string, cases []testcase) string {
	var b strings.Builder
	b.WriteString(head)
	for i, c := range cases {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "=== %s\n%s\n", c.name, c.query)
		for _, v := range c.blocks {
			fmt.Fprintf(&b, "--- %s\n%s\n", v.view, v.want)
		}
	}
	return b.String()
}

// parse splits a script into what comes before the first case, and the cases.
func parse(s string) (head string, cases []testcase) {
	dst, n := &head, 0
	for line := range strings.Lines(s) {
		n++
		if name, ok := strings.CutPrefix(line, "=== "); ok {
			cases = append(cases, testcase{name: strings.TrimSpace(name), line: n})
			dst = &cases[len(cases)-1].query
			continue
		}
		if view, ok := strings.CutPrefix(line, "--- "); ok && len(cases) > 0 {
			c := &cases[len(cases)-1]
			c.blocks = append(c.blocks, block{view: strings.TrimSpace(view), line: n})
			dst = &c.blocks[len(c.blocks)-1].want
			continue
		}
		*dst += line
	}
	for i := range cases {
		cases[i].query = strings.TrimSpace(cases[i].query)
		for j := range cases[i].blocks {
			cases[i].blocks[j].want = strings.TrimRight(cases[i].blocks[j].want, "\n")
		}
	}
	return head, cases
}
