package automation

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/internal/rulefiles"
)

// A Set is the automation rules of files and folders, as they were when they were last
// looked at. A file that is wrong keeps the rules that it had when it was last right. It
// is safe for concurrent use.
type Set struct {
	paths      []string
	log        *slog.Logger
	hasChannel func(string) bool
	files      *rulefiles.Watch

	mu    sync.Mutex
	rules []*Rule
	wrong []error
}

// NewSet reads the rules of paths. hasChannel tells which channels can be notified.
func NewSet(paths []string, hasChannel func(string) bool, log *slog.Logger) *Set {
	s := &Set{paths: paths, log: log, hasChannel: hasChannel, files: rulefiles.NewWatch(paths)}
	s.Look()
	return s
}

// Rules returns the rules in their order. They are asked for within transactions, and
// so no file is looked at.
func (s *Set) Rules() []*Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rules
}

// Watch looks at the files every few seconds until ctx ends.
func (s *Set) Watch(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.files.Again()):
			s.Look()
		}
	}
}

// Look reads the files if they have changed, and look as they did at the look before.
// Only one goroutine may call it.
func (s *Set) Look() {
	if s.files.Changed() {
		s.read()
	}
}

// Wrong returns what is wrong with the files.
func (s *Set) Wrong() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wrong
}

func (s *Set) read() {
	before := s.Rules()
	read := readAfter(s.paths, func(id, file string) bool {
		return slices.ContainsFunc(before, func(r *Rule) bool { return r.ID == id && r.File == file })
	})
	read.refuseChannels(s.hasChannel)
	have := map[string]bool{}
	for _, r := range read.Rules {
		have[r.ID] = true
	}
	for _, r := range before {
		if rulefiles.Under(read.Broken, r.File) && !have[r.ID] {
			read.Rules = append(read.Rules, r)
			s.log.Warn("an automation rule's file is wrong: the rule runs as it was", "rule", r.Name, "file", r.File)
		}
	}
	read.sort()
	for _, err := range read.Errors {
		s.log.Error("automation", "error", err)
	}
	if len(read.Rules)+len(read.Errors)+len(before) > 0 {
		s.log.Info("automation rules", "read", len(read.Rules), "wrong", len(read.Errors))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
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
