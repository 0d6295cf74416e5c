package detect

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/calypso-kql/calypso/internal/rulefiles"
)

// Requery returns the text of a YAML file in which the value of the field query is replaced
// by what change makes of it; nothing else changes. The text need not be a valid rule, but
// the query must be a block of lines (query: |). An error of change is returned as it is;
// others name the file.
func Requery(file string, text []byte, change func(query string) (string, error)) ([]byte, error) {
	query, err := queryField(file, text)
	if err != nil {
		return nil, err
	}
	line := rulefiles.YAMLLines(text)("query")
	if line == 0 {
		return nil, fmt.Errorf("%s: has no field query", file)
	}
	place := yamlQueryPlace(text, line)
	if !place.Block {
		return nil, fmt.Errorf("%s:%d: the query is no block of lines: write query: | and the query below, indented", file, line)
	}
	changed, err := change(query)
	if err != nil {
		return nil, err
	}
	out := replaceBlock(string(text), place, changed)
	// What indentation means in YAML has corners: what is written is read again.
	again, err := queryField(file, out)
	if err != nil {
		return nil, err
	}
	if strings.TrimSpace(again) != strings.TrimSpace(changed) {
		return nil, fmt.Errorf("%s:%d: the query can't be written in its block without a change", file, line)
	}
	return out, nil
}

func queryField(file string, text []byte) (string, error) {
	var f struct {
		Query string `yaml:"query"`
	}
	if err := yaml.Unmarshal(text, &f); err != nil {
		return "", rulefiles.YAMLError(file, text, err)
	}
	return f.Query, nil
}

// replaceBlock writes query over the lines of a block. Lines end as the first of these
// does; empty ones behind them stay.
func replaceBlock(text string, place QueryPlace, query string) []byte {
	lines := strings.SplitAfter(text, "\n")
	first := place.Line - 1
	end := first
	for i, l := range lines[first:] {
		if strings.TrimSpace(l) == "" {
			continue
		}
		if !strings.HasPrefix(l, " ") {
			break
		}
		end = first + i + 1
	}
	lineEnd := "\n"
	if first < len(lines) && strings.HasSuffix(lines[first], "\r\n") {
		lineEnd = "\r\n"
	}
	var b strings.Builder
	for _, l := range lines[:first] {
		b.WriteString(l)
	}
	for l := range strings.Lines(query) {
		if l = strings.TrimRight(l, "\r\n"); l != "" {
			b.WriteString(strings.Repeat(" ", place.Indent) + l)
		}
		b.WriteString(lineEnd)
	}
	for _, l := range lines[end:] {
		b.WriteString(l)
	}
	return []byte(b.String())
}
