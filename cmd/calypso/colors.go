package main

import (
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// hasColors reports whether f is a terminal that is to have colours.
func hasColors(f *os.File) bool {
	return term.IsTerminal(int(f.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// tellDiagnostics writes what is wrong with a text to f.
func tellDiagnostics(f *os.File, text string, diags []syntax.Diagnostic) error {
	s := syntax.Render(text, diags)
	if hasColors(f) {
		s = colored(s)
	}
	_, err := f.WriteString(s)
	return err
}

var (
	findingLine   = regexp.MustCompile(`(?m)^(\d+:\d+:) (error|warning|suggestion)\b`)
	underlineLine = regexp.MustCompile(`(?m)^(\s+)(~+)$`)
)

// colored is rendered diagnostics with the severities and underlines in colour.
func colored(rendered string) string {
	color := ""
	lines := strings.SplitAfter(rendered, "\n")
	for i, line := range lines {
		if m := findingLine.FindStringSubmatch(line); m != nil {
			if color = "\x1b[33m"; m[2] == "error" {
				color = "\x1b[31m"
			}
			line = findingLine.ReplaceAllString(line, "\x1b[1m$1 "+color+"$2\x1b[0m")
		}
		lines[i] = underlineLine.ReplaceAllString(line, "$1"+color+"$2\x1b[0m")
	}
	return strings.Join(lines, "")
}
