package detect

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
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
	out := Reading{Broken: map[string]bool{}, Texts: map[string][]byte{}}
	for _, path := range paths {
		st, err := os.Stat(path)
		switch {
		case err != nil:
			out.Errors = append(out.Errors, err)
		case st.IsDir():
			out.folder(path)
		default:
			out.file(path, false)
		}
	}
	out.refuseTwins()
	return out
}

func (r *Reading) folder(dir string) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			r.Errors = append(r.Errors, err)
			return nil
		}
		hidden := strings.HasPrefix(d.Name(), ".") && path != dir
		switch {
		case d.IsDir() && hidden:
			return filepath.SkipDir
		case !d.IsDir() && !hidden && isRuleName(path):
			r.file(path, true)
		}
		return nil
	})
	if err != nil {
		r.Errors = append(r.Errors, err)
	}
}

// isRuleName reports whether a file in a folder may be a rule: tests of rules are
// not.
func isRuleName(path string) bool {
	if strings.HasSuffix(path, ".test.yaml") {
		return false
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml", ".json", ".kql":
		return true
	}
	return false
}

// signs of a rule, by the ending of its file's name: what has none is something
// else.
var ruleSigns = map[string]*regexp.Regexp{
	".yaml": regexp.MustCompile(`(?m)^(kind|queryFrequency|triggerOperator)\s*:|^\s*queryCondition\s*:`),
	".yml":  regexp.MustCompile(`(?m)^(kind|queryFrequency|triggerOperator)\s*:|^\s*queryCondition\s*:`),
	".json": regexp.MustCompile(`(?i)"queryFrequency"|/alertRules"|"kind"\s*:\s*"NRT"|"queryCondition"\s*:`),
	".kql":  regexp.MustCompile(`(?im)^\s*let\s+query_?frequency\s*=`),
}

// maxRuleBytes bounds a file of rules; an export of a workspace with a thousand of
// them has some 10 MB.
const maxRuleBytes = 64 << 20

func (r *Reading) file(path string, inFolder bool) {
	st, err := os.Stat(path)
	if err == nil && st.Size() > maxRuleBytes {
		err = fmt.Errorf("%s: is larger than the %d MB that a file of rules may have", path, maxRuleBytes>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		r.Broken[path] = true
		r.Errors = append(r.Errors, err)
		return
	}
	text = plain(text)
	if signs := ruleSigns[strings.ToLower(filepath.Ext(path))]; inFolder && signs != nil && !signs.Match(text) {
		r.Skipped = append(r.Skipped, path)
		return
	}
	rules, err := ParseAll(path, text)
	r.Rules = append(r.Rules, rules...)
	if err != nil {
		r.Errors = append(r.Errors, apart(err)...)
	}
	for _, e := range apart(err) {
		var other *SkippedError
		if e != nil && !errors.As(e, &other) {
			r.Broken[path] = true
		}
	}
	if !r.Broken[path] {
		r.Texts[path] = text
	}
}

// apart returns the errors that were joined.
func apart(err error) (all []error) {
	var many interface{ Unwrap() []error }
	if !errors.As(err, &many) {
		return []error{err}
	}
	for _, e := range many.Unwrap() {
		all = append(all, apart(e)...)
	}
	return all
}

// refuseTwins takes rules away whose ID another has. One that says the same in another
// file, as YAML and a template of it, is passed over; else it is an error.
func (r *Reading) refuseTwins() {
	first := map[string]*Rule{}
	r.Rules = slices.DeleteFunc(r.Rules, func(rule *Rule) bool {
		other, twice := first[rule.ID]
		switch {
		case !twice:
			first[rule.ID] = rule
			return false
		case rule.File != other.File && rule.Name == other.Name && sameQuery(rule.Query, other.Query):
			r.Errors = append(r.Errors, &SkippedError{rule.File, 1, rule.Name, "is the same rule as in " + other.File + ", which is used"})
		default:
			r.Errors = append(r.Errors, fmt.Errorf("%s: id %s is also that of %q in %s: give one of them another", rule.File, rule.ID, other.Name, other.File))
		}
		return true
	})
}

// sameQuery compares queries but for white space.
func sameQuery(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}
