package schedule

import (
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/ledger"
)

// A RuleSet is the rules of files and folders, as they are now. A file that is wrong
// keeps the rules that it had when it was last right, also when that was before a
// restart, and says so. It is safe for concurrent use.
type RuleSet struct {
	paths  []string
	ledger *ledger.Ledger
	now    func() time.Time
	log    *slog.Logger
	// troubled, if not nil, is told of rules that run as they were.
	troubled func(Trouble)

	mu     sync.Mutex
	looked time.Time
	files  *rulefiles.Watch
	// known says that read is what the files had; else the ledger is to say what they had.
	known bool
	read  []*detect.Rule
	rules []*detect.Rule // as read, enabled or disabled as people have said
	wrong []error
	// unkept says that the ledger has not taken the texts of the files yet.
	unkept map[string][]byte
	broken map[string]bool
}

// NewRuleSet reads rules from paths. The ledger keeps their last good texts. troubled,
// if not nil, is told of files that are wrong whose rules run as they were.
func NewRuleSet(paths []string, l *ledger.Ledger, now func() time.Time, log *slog.Logger, troubled func(Trouble)) *RuleSet {
	s := &RuleSet{paths: paths, ledger: l, now: now, log: log, troubled: troubled, files: rulefiles.NewWatch(paths)}
	_, _ = s.Rules() // what it fails with now it fails with again when they are wanted
	return s
}

// Rules returns the rules, after a look at whether files or switches have changed. The
// error is the ledger's, which does not say what is switched.
func (s *RuleSet) Rules() ([]*detect.Rule, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if d := now.Sub(s.looked); !s.looked.IsZero() && d >= 0 && d < s.files.Again() {
		return s.rules, nil
	}
	s.looked = now
	if s.files.Changed() || !s.known {
		s.readFiles()
	}
	s.keep()
	if err := s.turn(); err != nil {
		s.looked = time.Time{}
		return nil, fmt.Errorf("which rules are enabled and disabled: %w", err)
	}
	return s.rules, nil
}

// Wrong returns what is wrong with files of rules.
func (s *RuleSet) Wrong() []error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.wrong)
}

func (s *RuleSet) readFiles() {
	before, err := s.before()
	read := detect.ReadAfter(s.paths, func(id, file string) bool {
		return slices.ContainsFunc(before, func(r *detect.Rule) bool { return r.ID == id && r.File == file })
	})
	have := map[string]bool{}
	for _, r := range read.Rules {
		have[r.ID] = true
	}
	kept := map[string][]*detect.Rule{} // by the file or folder that is wrong
	for _, r := range before {
		path := rulefiles.WhatBroke(read.Broken, r.File)
		if path == "" || have[r.ID] {
			continue
		}
		have[r.ID] = true
		read.Rules = append(read.Rules, r)
		kept[path] = append(kept[path], r)
	}
	for _, path := range slices.Sorted(maps.Keys(kept)) {
		s.tellKept(path, kept[path], about(read.Errors, path))
	}
	for _, err := range read.Errors {
		s.log.Error("rules", "error", err)
	}
	s.read, s.wrong, s.unkept, s.broken, s.known = read.Rules, read.Errors, read.Texts, read.Broken, err == nil
	s.log.Info("rules", "read", len(read.Rules), "wrong", len(read.Errors))
}

// tellKept tells once of the rules of a file or folder that is wrong.
func (s *RuleSet) tellKept(path string, rules []*detect.Rule, why string) {
	s.log.Warn("a file or folder is wrong: its rules run as they were", "path", path, "rules", len(rules), "first", rules[0].Name)
	if s.troubled == nil {
		return
	}
	t := Trouble{Kind: Kept, Path: path, Error: why}
	for _, r := range rules {
		t.Kept = append(t.Kept, KeptRule{r.ID, r.Name})
	}
	s.troubled(t)
}

// about returns the first error of a file, or of a folder that it is in.
func about(errs []error, file string) string {
	for ; ; file = filepath.Dir(file) {
		for _, err := range errs {
			if strings.Contains(err.Error(), file) {
				return err.Error()
			}
		}
		if filepath.Dir(file) == file {
			return file
		}
	}
}

// before returns the rules as the files had them when they were last right: at the start
// those of the ledger.
func (s *RuleSet) before() ([]*detect.Rule, error) {
	if s.known {
		return s.read, nil
	}
	texts, err := s.ledger.Files()
	var out []*detect.Rule
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		rules, _ := detect.ParseAll(file, texts[file])
		out = append(out, rules...)
	}
	return out, err
}

// keep gives the ledger the texts of the files, until it has taken them.
func (s *RuleSet) keep() {
	if s.unkept == nil {
		return
	}
	if err := s.ledger.KeepFiles(s.unkept, func(path string) bool { return rulefiles.Under(s.broken, path) }); err != nil {
		s.log.Warn("the texts of rules are not kept yet", "error", err)
		return
	}
	s.unkept = nil
}

// turn enables and disables rules as people have said.
func (s *RuleSet) turn() error {
	switches, err := s.ledger.Switches()
	if err != nil {
		return err
	}
	s.rules = make([]*detect.Rule, len(s.read))
	for i, r := range s.read {
		if sw, ok := switches[r.ID]; ok && sw.Enabled == r.Disabled {
			turned := *r
			turned.Disabled = !sw.Enabled
			r = &turned
		}
		s.rules[i] = r
	}
	return nil
}
