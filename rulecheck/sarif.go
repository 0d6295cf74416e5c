package rulecheck

import (
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
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
		Locations []location `json:"locations,omitempty"`
	}
	type descriptor struct {
		ID    string `json:"id"`
		Short text   `json:"shortDescription"`
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
		res := result{RuleID: f.Code, Level: f.Level, Message: text{f.Message}}
		if f.File != "" {
			var l location
			l.Physical.Artifact.URI = fileURI(f.File)
			l.Physical.Region = region{f.Line, f.Column}
			res.Locations = []location{l}
		}
		r.Results = append(r.Results, res)
	}
	ours := Codes()
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		what, ok := ours[code]
		if !ok {
			what = "What Microsoft's analyzer of queries calls " + code
		}
		d := descriptor{ID: code, Short: text{what}}
		r.Tool.Driver.Rules = append(r.Tool.Driver.Rules, d)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []run{r}})
}

// fileURI writes a path as a URI: one that is relative stays so, as code review wants it.
func fileURI(path string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/")
	}
	return u.String()
}
