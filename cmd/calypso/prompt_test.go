package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/output"
)

func TestComplete(t *testing.T) {
	for text, want := range map[string]bool{
		"":                              true,
		"T":                             false,
		"T\n":                           true,
		"T\n| count":                    false,
		"T\n| count\n  ":                true,
		"T | count;;":                   true,
		"let x = 1;":                    false,
		"let x = 1;\nprint x ;; ":       true,
		".tables":                       true,
		".schema T":                     true,
		".explain":                      true,
		".explain T":                    false,
		".explain T\n| count\n":         true,
		".analyze T | count;;":          true,
		".show tables":                  true,
		"print \"two\n\nparagraphs\"\n": true,
	} {
		if got := complete(text); got != want {
			t.Errorf("complete(%q) is %v", text, got)
		}
	}
}

// TestSession holds a conversation without a terminal.
func TestSession(t *testing.T) {
	file := filepath.Join(t.TempDir(), "Own.csv")
	if err := os.WriteFile(file, []byte("who,n\nann,1\nbob,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	s, err := newSession(ctx, &dataFlags{data: []string{file}, catalog: "sentinel"}, &limitFlags{}, &requestFlags{}, "", output.Text)
	if err != nil {
		t.Fatal(err)
	}
	defer s.set.Close()
	for _, turn := range []struct {
		input, out, errs string
		quit             bool
	}{
		{input: ".tables", out: "Own\t2 rows\n"},
		{input: ".schema Own", out: "who: string"},
		{input: ".schema", errs: "want a table"},
		{input: ".schema own", errs: "did you mean Own?"},
		{input: ".explain", errs: "there is no query yet"},
		{input: "Own\n| where n > 1\n", out: "bob"},
		{input: ".explain", out: "Keep the rows where n is greater than 1."},
		{input: ".analyze Own | count;;", out: "1 row in "},
		{input: ".output xml", errs: "unknown output format"},
		{input: ".output csv"},
		{input: "Own | count;;", out: "Count\n2\n"},
		{input: "SecurityAlert | count", out: "0", errs: "no file has SecurityAlert"},
		{input: ".now 2026-03-01T12:00:00Z"},
		{input: "print now()", out: "2026-03-01T12:00:00.0000000Z"},
		{input: ".now soon", errs: "want a time"},
		{input: "let x = 1;", errs: "no result"},
		{input: "  ;;  "},
		{input: ".functions strlen", out: "strlen("},
		{input: ".help", out: ".explain"},
		{input: ".quit", quit: true},
	} {
		var out, errs bytes.Buffer
		s.out, s.errs = &out, &errs
		if quit := s.answer(ctx, turn.input); quit != turn.quit {
			t.Errorf("%q: quit is %v", turn.input, quit)
		}
		if !strings.Contains(out.String(), turn.out) || turn.out == "" && out.Len() > 0 {
			t.Errorf("%q answers\n%s\nwant %q", turn.input, out.String(), turn.out)
		}
		if !strings.Contains(errs.String(), turn.errs) || turn.errs == "" && errs.Len() > 0 {
			t.Errorf("%q complains\n%s\nwant %q", turn.input, errs.String(), turn.errs)
		}
	}
}
