package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// missionQuery returns a file that holds the KQL of the mission: the file itself
// or, for a rule in YAML, its query written to a file in dir.
func missionQuery(name, dir string) (string, error) {
	if name == "" {
		return "", fmt.Errorf("no file given for query 00-mission")
	}
	if filepath.Ext(name) == ".kql" {
		return name, nil
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	query, ok := blockScalar(string(raw), "query")
	if !ok {
		return "", fmt.Errorf("%s: no query", name)
	}
	file := filepath.Join(dir, "mission.kql")
	return file, os.WriteFile(file, []byte(query), 0o644)
}

// blockScalar takes a literal block, "key: |", of the outermost mapping out of
// a YAML text.
func blockScalar(text, key string) (string, bool) {
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if !strings.HasPrefix(l, key+": |") {
			continue
		}
		var b strings.Builder
		for _, l := range lines[i+1:] {
			if l != "" && !strings.HasPrefix(l, " ") {
				break
			}
			b.WriteString(l + "\n")
		}
		return b.String(), true
	}
	return "", false
}
