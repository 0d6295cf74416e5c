package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/filetree"
	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/kql/syntax"
)

func fmtCommand() *cobra.Command {
	var f formatter
	c := &cobra.Command{
		Use:   "fmt [--write | --check] PATH… | -",
		Short: "Lay out queries in one way",
		Long: `Lay out queries: a statement or operator on each line, what is nested indented, long
lists of columns and conditions broken up. Lists that are divided into lines stay so, as
do conditions in brackets. Words and comments stay as they are, and what a query means.

Files may have a query, or be YAML with one in the field query, as rules are; nothing
else of these changes. In folders, files ending in .kql, .csl, .yaml and .yml are found.
What comes of them is printed if neither --write nor --check is given. A query with
errors is left as it is, and they are told; the exit code is 3 then.`,
		Example: `  calypso fmt detection.kql
  calypso fmt --write rules/
  calypso fmt --check rules/          # in CI: names what is laid out otherwise; exit code 1`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return f.run(args) },
	}
	c.Flags().BoolVarP(&f.write, "write", "w", false, "write the files anew whose layout differs, and print their names")
	c.Flags().BoolVar(&f.check, "check", false, "print the names of files whose layout differs, and exit with 1 if there are some")
	c.MarkFlagsMutuallyExclusive("write", "check")
	return c
}

// A formatter lays out the queries of files.
type formatter struct {
	write, check bool

	differ  int // files that are laid out otherwise
	invalid int // files with a query that has errors
	errs    []error
}

func (f *formatter) run(args []string) error {
	if f.write && slices.Contains(args, "-") {
		return errors.New("--write wants files, not standard input")
	}
	for _, arg := range args {
		if arg == "-" {
			text, err := io.ReadAll(os.Stdin)
			if err != nil {
				return failed(err)
			}
			f.note(f.text("standard input", text, 0))
			continue
		}
		filetree.Walk(arg, func(path string, info fs.FileInfo, err error) {
			if err == nil && (path == arg || mayHaveQuery(path)) {
				err = f.file(path, info, path == arg)
			}
			f.note(err)
		})
	}
	switch {
	case len(f.errs) > 0:
		return failed(errors.Join(f.errs...))
	case f.invalid > 0:
		return &exitError{code: exitInvalid}
	case f.check && f.differ > 0:
		return &exitError{code: exitFailed}
	}
	return nil
}

func (f *formatter) note(err error) {
	if err != nil {
		f.errs = append(f.errs, err)
	}
}

// mayHaveQuery tells files of a folder that may have a query by the endings of their names.
func mayHaveQuery(path string) bool {
	ext := strings.ToLower(filepath.Ext(path))
	return ext == ".kql" || ext == ".csl" || isYAML(path)
}

// queryKey finds the field of YAML that has a query.
var queryKey = regexp.MustCompile(`(?m)^query\s*:`)

// file lays out a file. YAML without a query is passed over unless it is named.
func (f *formatter) file(path string, info fs.FileInfo, named bool) error {
	text, err := os.ReadFile(path)
	if err != nil || isYAML(path) && !named && !queryKey.Match(text) {
		return err
	}
	return f.text(path, text, info.Mode().Perm())
}

// text lays out the text of a file.
func (f *formatter) text(path string, text []byte, mode fs.FileMode) error {
	out, err := layOut(path, rulefiles.Plain(text))
	var wrong *invalidQuery
	if errors.As(err, &wrong) {
		f.invalid++
		fmt.Fprintf(os.Stderr, "%s:\n", path)
		return tellDiagnostics(os.Stderr, wrong.text, wrong.diags)
	}
	if err != nil {
		return err
	}
	if !f.write && !f.check {
		_, err = os.Stdout.Write(out)
		return err
	}
	if bytes.Equal(out, text) {
		return nil
	}
	f.differ++
	if f.write {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			err = replaceFile(path, out, mode)
		}
		if err != nil {
			return err
		}
	}
	fmt.Println(path)
	return nil
}

// layOut returns the text of a file with its query laid out.
func layOut(path string, text []byte) ([]byte, error) {
	if isYAML(path) {
		return detect.Requery(path, text, layOutQuery)
	}
	out, err := layOutQuery(string(text))
	return []byte(out), err
}

// layOutQuery formats a query. Lines end as they did, if all did alike.
func layOutQuery(text string) (string, error) {
	q, diags := syntax.Parse(text)
	if len(diags) > 0 {
		return "", &invalidQuery{text, diags}
	}
	out := syntax.Format(q)
	if n := strings.Count(text, "\r\n"); n > 0 && n == strings.Count(text, "\n") {
		out = strings.ReplaceAll(strings.ReplaceAll(out, "\r\n", "\n"), "\n", "\r\n")
	}
	return out, nil
}

// invalidQuery says that a query has errors, and stays as it is.
type invalidQuery struct {
	text  string
	diags []syntax.Diagnostic
}

func (e *invalidQuery) Error() string { return "the query has errors" }
