package automation

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/internal/rulefiles"
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

// Read reads the automation rules of files, and of all files in folders that have
// some: folders may hold other rules, too. Two rules of one ID are an error.
func Read(paths []string) Reading {
	return readAfter(paths, func(string, string) bool { return false })
}

// readAfter takes of two rules with one ID that of which had says that its file has had it
// before.
func readAfter(paths []string, had func(id, file string) bool) Reading {
	out := Reading{Broken: map[string]bool{}}
	kind := rulefiles.Kind{Signs: signs, Found: out.file, Wrong: out.wrong}
	kind.Find(paths)
	out.refuseTwins(had)
	out.sort()
	return out
}

// sort puts rules in the order in which they are evaluated.
func (r *Reading) sort() {
	slices.SortStableFunc(r.Rules, func(a, b *Rule) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
}

func (r *Reading) file(path string, text []byte) {
	rules, err := Parse(path, text)
	r.Rules = append(r.Rules, rules...)
	if err != nil {
		r.wrong(path, err)
	}
}

func (r *Reading) wrong(path string, err error) {
	r.Broken[path] = true
	r.Errors = append(r.Errors, rulefiles.Apart(err)...)
}

// refuseTwins takes rules away whose ID another has; see [rulefiles.Owners].
func (r *Reading) refuseTwins(had func(id, file string) bool) {
	taken := rulefiles.Owners(r.Rules, func(rule *Rule) (id, file string) { return rule.ID, rule.File }, had)
	r.Rules = slices.DeleteFunc(r.Rules, func(rule *Rule) bool {
		other := taken[rule.ID]
		if other == rule {
			return false
		}
		r.Broken[rule.File] = true
		r.Errors = append(r.Errors, fmt.Errorf("%s:%d: ID %s is also that of %q in %s: give one of them another", rule.File, rule.Line, rule.ID, other.Name, other.File))
		return true
	})
}
