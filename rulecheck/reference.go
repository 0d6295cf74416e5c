package rulecheck

import (
	_ "embed"
	"strings"
	"sync"
)

var (
	//go:embed data/techniques.txt
	techniquesText string
	//go:embed data/successors.txt
	successorsText string
	//go:embed data/deprecated.txt
	deprecatedText string
)

// attackVersion is that of data/techniques.txt.
const attackVersion = "18.1"

// dataLines returns the lines of a file of data that say something, as words.
func dataLines(text string) (out [][]string) {
	for line := range strings.SplitSeq(text, "\n") {
		if words := strings.Fields(line); len(words) > 0 && words[0] != "#" {
			out = append(out, words)
		}
	}
	return out
}

// techniqueIDs are the techniques and sub-techniques of MITRE ATT&CK.
var techniqueIDs = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, words := range dataLines(techniquesText) {
		out[words[0]] = true
		for _, sub := range words[1:] {
			out[words[0]+"."+sub] = true
		}
	}
	return out
})

// successors are the techniques that are there in place of one that was revoked.
var successors = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, words := range dataLines(successorsText) {
		out[words[0]] = words[1:]
	}
	return out
})

// deprecations are tables and columns that are not to be used any more, each with what
// replaces it, empty if nothing is known to.
type deprecations struct {
	tables  map[string]string
	columns map[string]map[string]string // by table
}

var deprecated = sync.OnceValue(func() deprecations {
	out := deprecations{map[string]string{}, map[string]map[string]string{}}
	for _, words := range dataLines(deprecatedText) {
		table, instead, _ := strings.Cut(words[0], "=")
		if len(words) == 1 {
			out.tables[table] = instead
			continue
		}
		out.columns[table] = map[string]string{}
		for _, word := range words[1:] {
			column, instead, _ := strings.Cut(word, "=")
			out.columns[table][column] = instead
		}
	}
	return out
})
