package schedule

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/detect"
)

// lookEvery is how often files of rules are looked at for changes.
const lookEvery = 5 * time.Second

// A RuleSet is the rules of files and folders, as they are now. A file that is wrong
// keeps the rules that it had when it was last right, and says so. It is safe for
// concurrent use.
type RuleSet struct {
	paths []string
	now   func() time.Time
	log   *slog.Logger

	mu     sync.Mutex
	looked time.Time
	seen   string // what the files looked like
	rules  []*detect.Rule
	wrong  []error
}

// NewRuleSet reads rules from paths.
func NewRuleSet(paths []string, now func() time.Time, log *slog.Logger) *RuleSet {
	s := &RuleSet{paths: paths, now: now, log: log}
	s.Rules()
	return s
}

// Rules returns the rules, after a look at whether files have changed.
func (s *RuleSet) Rules() []*detect.Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if d := now.Sub(s.looked); !s.looked.IsZero() && d >= 0 && d < lookEvery {
		return s.rules
	}
	s.looked = now
	if seen := look(s.paths); seen != s.seen {
		s.seen = seen
		s.read()
	}
	return s.rules
}

// Wrong returns what is wrong with files of rules.
func (s *RuleSet) Wrong() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

func (s *RuleSet) read() {
	read := detect.Read(s.paths)
	have := map[string]bool{}
	for _, r := range read.Rules {
		have[r.ID] = true
	}
	for _, r := range s.rules {
		if read.Broken[r.File] && !have[r.ID] {
			read.Rules = append(read.Rules, r)
			s.log.Warn("a rule's file is wrong: the rule runs as it was", "rule", r.Name, "file", r.File)
		}
	}
	for _, err := range read.Errors {
		s.log.Error("rules", "error", err)
	}
	s.rules, s.wrong = read.Rules, read.Errors
	s.log.Info("rules", "read", len(read.Rules), "wrong", len(read.Errors))
}

// look returns what files look like without reading them.
func look(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				fmt.Fprintf(&b, "%s %v\n", path, err)
				return nil
			}
			if st, err := os.Stat(path); err == nil && !st.IsDir() {
				fmt.Fprintf(&b, "%s %d %d\n", path, st.Size(), st.ModTime().UnixNano())
			}
			return nil
		})
	}
	return b.String()
}
