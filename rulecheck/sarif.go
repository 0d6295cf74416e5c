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

// What a log has, as far as findings need it. Source: OASIS, Static Analysis Results
// Interchange Format (SARIF) Version 2.1.0.
type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region sarifRegion `json:"region"`
		} `json:"physicalLocation"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		Level     Level           `json:"level"`
		Message   sarifText       `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
	}
	sarifRule struct {
		ID    string    `json:"id"`
		Short sarifText `json:"shortDescription"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifRun struct {
		Tool    sarifTool     `json:"tool"`
		Results []sarifResult `json:"results"`
	}
)

// WriteSARIF writes findings as a SARIF log, for code review. version is Calypso's.
func WriteSARIF(w io.Writer, version string, found []Finding) error {
	driver := sarifDriver{Name: "Calypso", Version: version, Rules: []sarifRule{}}
	results := []sarifResult{}
	codes := map[string]bool{}
	for _, f := range found {
		codes[f.Code] = true
		res := sarifResult{RuleID: f.Code, Level: f.Level, Message: sarifText{f.Message}}
		if f.File != "" {
			var l sarifLocation
			l.Physical.Artifact.URI = fileURI(f.File)
			l.Physical.Region = sarifRegion{f.Line, f.Column}
			res.Locations = []sarifLocation{l}
		}
		results = append(results, res)
	}
	ours := Codes()
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		what, ok := ours[code]
		if !ok {
			what = "What Microsoft's analyzer of queries calls " + code
		}
		driver.Rules = append(driver.Rules, sarifRule{ID: code, Short: sarifText{what}})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(map[string]any{"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": []sarifRun{{sarifTool{driver}, results}}})
}

// fileURI writes a path as a URI: one that is relative stays so, as code review wants it.
func fileURI(path string) string {
	u := url.URL{Path: filepath.ToSlash(path)}
	if filepath.IsAbs(path) {
		u.Scheme, u.Path = "file", "/"+strings.TrimPrefix(u.Path, "/")
	}
	return u.String()
}
