package syntax

import "testing"

// TestCorpusAgreement compares our verdict on published detection rules with that of
// Microsoft's parser.
func TestCorpusAgreement(t *testing.T) {
	queries := readLines[corpusQuery](t, "corpus/rules-dev.jsonl")
	agree := 0
	for _, q := range queries {
		_, diags := Parse(q.Query)
		if (len(diags) > 0) == (q.SyntaxErrors.Count > 0) {
			agree++
			continue
		}
		t.Logf("%s: %d errors, want %d\n%s", q.ID, len(diags), q.SyntaxErrors.Count, Render(q.Query, diags))
	}
	t.Logf("%d of %d agree", agree, len(queries))
	if agree != len(queries) {
		t.Errorf("%d of %d verdicts differ", len(queries)-agree, len(queries))
	}
}

// TestConformanceParses parses what the engine ran.
func TestConformanceParses(t *testing.T) {
	for _, name := range conformanceFiles {
		for _, c := range readLines[conformanceCase](t, name) {
			if c.rejected() {
				continue
			}
			if _, diags := Parse(c.KQL); len(diags) > 0 {
				t.Errorf("%s: %s\n%s", name, c.ID, Render(c.KQL, diags))
			}
		}
	}
}

// TestCorpusInvariants checks trees and layouts of all texts at hand.
func TestCorpusInvariants(t *testing.T) {
	for _, text := range sharedQueries(t) {
		checkText(t, text)
		if t.Failed() {
			t.FailNow()
		}
	}
}

// TestCorpusTruncated parses texts that break off, as they do while somebody writes.
func TestCorpusTruncated(t *testing.T) {
	for i, text := range sharedQueries(t) {
		if i%20 != 0 || len(text) > 3000 {
			continue
		}
		for n := 0; n < len(text); n += 7 {
			q, diags := Parse(text[:n])
			checkPlaces(t, q, diags)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}
