package detect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/rulefiles"
)

// A Reading is what was found in files and folders of rules.
type Reading struct {
	Rules []*Rule
	// Errors are about files that are no rules but should be, and rules that are
	// wrong; Skipped names files in folders that are about something else.
	Errors  []error
	Skipped []string
	// Broken are the files that errors are about; Texts are those of the others that
	// have rules.
	Broken map[string]bool
	Texts  map[string][]byte
}

// Read reads the rules of files and of all files in folders. In a folder, files
// that are something else, as saved functions or hunting queries without a schedule
// are, are passed over. Two rules of one ID are an error: alerts could not be told
// apart.
func Read(paths []string) Reading {
	return ReadAfter(paths, func(string, string) bool { return false })
}

// ReadAfter is [Read] for rules that run already. Of two rules with one ID it takes the one
// whose file had it before, as had says: a copy does not take its place.
func ReadAfter(paths []string, had func(id, file string) bool) Reading {
	out := Reading{Broken: map[string]bool{}, Texts: map[string][]byte{}}
	kind := rulefiles.Kind{Signs: ruleSigns, Found: out.file, Skipped: func(path string) { out.Skipped = append(out.Skipped, path) }}
	kind.Wrong = func(path string, err error) {
		out.Broken[path] = true
		out.Errors = append(out.Errors, err)
	}
	kind.Find(paths)
	out.refuseTwins(had)
	return out
}

// signs of a rule, by the ending of its file's name: what has none is something
// else.
var ruleSigns = map[string]*regexp.Regexp{
	".yaml": regexp.MustCompile(`(?im)^(kind|queryFrequency|triggerOperator)\s*:|^\s*queryCondition\s*:`),
	".yml":  regexp.MustCompile(`(?im)^(kind|queryFrequency|triggerOperator)\s*:|^\s*queryCondition\s*:`),
	".json": regexp.MustCompile(`(?i)"queryFrequency"|/alertRules"|"kind"\s*:\s*"NRT"|"queryCondition"\s*:`),
	".kql":  regexp.MustCompile(`(?im)^\s*let\s+query_?frequency\s*=`),
}

func (r *Reading) file(path string, text []byte) {
	rules, err := ParseAll(path, text)
	r.Rules = append(r.Rules, rules...)
	for _, e := range rulefiles.Apart(err) {
		r.Errors = append(r.Errors, e)
		var other *SkippedError
		if !errors.As(e, &other) {
			r.Broken[path] = true
		}
	}
	if !r.Broken[path] {
		r.Texts[path] = text
	}
}

// refuseTwins takes rules away whose ID another has; see [rulefiles.Owners]. One that says the same in another file, as YAML and a template of it, is
// passed over; else it is an error.
func (r *Reading) refuseTwins(had func(id, file string) bool) {
	taken := rulefiles.Owners(r.Rules, func(rule *Rule) (id, file string) { return rule.ID, rule.File }, had)
	r.Rules = slices.DeleteFunc(r.Rules, func(rule *Rule) bool {
		other := taken[rule.ID]
		switch {
		case other == rule:
			return false
		case rule.File != other.File && rule.Name == other.Name && sameQuery(rule.Query, other.Query):
			r.Errors = append(r.Errors, &SkippedError{rule.File, 1, rule.Name, "is the same rule as in " + other.File + ", which is used"})
		default:
			r.Errors = append(r.Errors, fmt.Errorf("%s:%d: id %s is also that of %q in %s: give one of them another", rule.File, max(1, rule.QueryPlace.Line), rule.ID, other.Name, other.File))
			r.Broken[rule.File] = true
			delete(r.Texts, rule.File)
		}
		return true
	})
}

// sameQuery compares queries but for white space.
func sameQuery(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
