package rulecheck

import (
	"encoding/json"
	"io"
	"maps"
	"path/filepath"
	"slices"
)

// WriteSARIF writes findings as a SARIF 2.1.0 log, for code review.
//
// Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
func WriteSARIF(w io.Writer, version string, found []Finding) error {
	type text struct {
		Text string `json:"text"`
	}
	type region struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	type location struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region region `json:"region"`
		} `json:"physicalLocation"`
	}
	type result struct {
		RuleID    string     `json:"ruleId"`
		Level     Level      `json:"level"`
		Message   text       `json:"message"`
		Locations []location `json:"locations"`
	}
	type descriptor struct {
		ID    string `json:"id"`
		Short *text  `json:"shortDescription,omitempty"`
	}
	type driver struct {
		Name    string       `json:"name"`
		Version string       `json:"version"`
		Rules   []descriptor `json:"rules"`
	}
	type tool struct {
		Driver driver `json:"driver"`
	}
	type run struct {
		Tool    tool     `json:"tool"`
		Results []result `json:"results"`
	}
	r := run{Tool: tool{driver{Name: "Calypso", Version: version, Rules: []descriptor{}}}, Results: []result{}}
	codes := map[string]bool{}
	for _, f := range found {
		codes[f.Code] = true
		var l location
		l.Physical.Artifact.URI = filepath.ToSlash(f.File)
		l.Physical.Region = region{f.Line, f.Column}
		r.Results = append(r.Results, result{f.Code, f.Level, text{f.Message}, []location{l}})
	}
	ours := Codes()
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		d := descriptor{ID: code}
		if what, ok := ours[code]; ok {
			d.Short = &text{what}
		}
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, d)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []run{r}})
}
