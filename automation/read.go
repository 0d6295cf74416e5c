package automation

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// A Reading is what was found in files and folders.
type Reading struct {
	// Rules are in the order in which they are evaluated.
	Rules  []*Rule
	Errors []error
	// Broken are the files that errors are about.
	Broken map[string]bool
}

// signs tell a file of automation rules in a folder from others.
var signs = map[string]*regexp.Regexp{
	".yaml": regexp.MustCompile(`(?m)^\s*["']?triggeringLogic["']?\s*:`),
	".yml":  regexp.MustCompile(`(?m)^\s*["']?triggeringLogic["']?\s*:`),
	".json": regexp.MustCompile(`(?i)"triggeringLogic"\s*:|/automationRules"`),
}

// maxBytes bounds a file.
const maxBytes = 16 << 20

// Read reads the automation rules of files, and of all files in folders that have
// some: folders may hold other rules, too. Two rules of one ID are an error.
func Read(paths []string) Reading {
	out := Reading{Broken: map[string]bool{}}
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
	out.sort()
	return out
}

// sort puts rules in the order in which they are evaluated.
func (r *Reading) sort() {
	slices.SortStableFunc(r.Rules, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
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
		case !d.IsDir() && !hidden && signs[strings.ToLower(filepath.Ext(path))] != nil && !strings.HasSuffix(path, ".test.yaml"):
			r.file(path, true)
		}
		return nil
	})
	if err != nil {
		r.Errors = append(r.Errors, err)
	}
}

func (r *Reading) file(path string, inFolder bool) {
	st, err := os.Stat(path)
	if err == nil && st.Size() > maxBytes {
		if inFolder {
			return // an export of alert rules
		}
		err = fmt.Errorf("%s: is larger than the %d MB that a file of automation rules may have", path, maxBytes>>20)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		r.wrong(path, err)
		return
	}
	if sign := signs[strings.ToLower(filepath.Ext(path))]; inFolder && !sign.Match(text) {
		return
	}
	rules, err := Parse(path, text)
	r.Rules = append(r.Rules, rules...)
	if err != nil {
		r.wrong(path, err)
	}
}

func (r *Reading) wrong(path string, err error) {
	r.Broken[path] = true
	r.Errors = append(r.Errors, apart(err)...)
}

// apart returns the errors that were joined.
func apart(err error) (out []error) {
	var many interface{ Unwrap() []error }
	if !errors.As(err, &many) {
		return []error{err}
	}
	for _, e := range many.Unwrap() {
		out = append(out, apart(e)...)
	}
	return out
}

func (r *Reading) refuseTwins() {
	first := map[string]*Rule{}
	r.Rules = slices.DeleteFunc(r.Rules, func(rule *Rule) bool {
		other, twice := first[rule.ID]
		if !twice {
			first[rule.ID] = rule
			return false
		}
		r.Errors = append(r.Errors, fmt.Errorf("%s:%d: ID %s is also that of %q in %s: give one of them another", rule.File, rule.Line, rule.ID, other.Name, other.File))
		return true
	})
}
