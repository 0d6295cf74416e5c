package automation

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// lookEvery is how often files are looked at for changes.
const lookEvery = 5 * time.Second

// A Set is the automation rules of files and folders, as they are now. A file that is
// wrong keeps the rules that it had when it was last right. It is safe for concurrent
// use.
type Set struct {
	paths      []string
	now        func() time.Time
	log        *slog.Logger
	hasChannel func(string) bool

	mu     sync.Mutex
	looked time.Time
	seen   string
	rules  []*Rule
	wrong  []error
}

// NewSet reads the rules of paths. hasChannel tells which channels can be notified.
func NewSet(paths []string, hasChannel func(string) bool, now func() time.Time, log *slog.Logger) *Set {
	s := &Set{paths: paths, now: now, log: log, hasChannel: hasChannel}
	s.Rules()
	return s
}

// Rules returns the rules in their order, after a look at whether files have changed.
func (s *Set) Rules() []*Rule {
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

// Wrong returns what is wrong with the files.
func (s *Set) Wrong() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong
}

func (s *Set) read() {
	read := Read(s.paths)
	read.refuseChannels(s.hasChannel)
	have := map[string]bool{}
	for _, r := range read.Rules {
		have[r.ID] = true
	}
	for _, r := range s.rules {
		if read.Broken[r.File] && !have[r.ID] {
			read.Rules = append(read.Rules, r)
			s.log.Warn("an automation rule's file is wrong: the rule runs as it was", "rule", r.Name, "file", r.File)
		}
	}
	read.sort()
	for _, err := range read.Errors {
		s.log.Error("automation", "error", err)
	}
	if len(read.Rules)+len(read.Errors) > 0 || len(s.rules) > 0 {
		s.log.Info("automation rules", "read", len(read.Rules), "wrong", len(read.Errors))
	}
	s.rules, s.wrong = read.Rules, read.Errors
}

// refuseChannels takes out rules that notify channels which are not there.
func (r *Reading) refuseChannels(has func(string) bool) {
	var kept []*Rule
	for _, rule := range r.Rules {
		ok := true
		for _, c := range rule.Actions.Channels {
			if !has(c) {
				ok = false
				r.Broken[rule.File] = true
				r.Errors = append(r.Errors, fmt.Errorf("%s:%d: %s: there is no channel %q in the configuration", rule.File, rule.Line, rule.Name, c))
			}
		}
		if ok {
			kept = append(kept, rule)
		}
	}
	r.Rules = kept
}

// look returns what files look like without reading them.
func look(paths []string) string {
	var b strings.Builder
	for _, p := range paths {
		// What can't be walked is told when it is read.
		_ = filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
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
