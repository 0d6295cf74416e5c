package notify

import (
	"path"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/config"
)

// routes decide which channels an event goes to.
type routes []config.Route

// channels returns the channels of all routes that match an event, each once.
func (r routes) channels(e *Event) []string {
	var out []string
	for i := range r {
		if !matches(&r[i], e) {
			continue
		}
		for _, c := range r[i].Channels {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

func matches(r *config.Route, e *Event) bool {
	named := slices.Contains(r.Events, e.Type)
	if len(r.Events) > 0 && !named {
		return false
	}
	var rules []string
	for _, rule := range e.Rules {
		rules = append(rules, rule.ID, rule.Name)
	}
	if len(r.Rules) > 0 && !anyLike(r.Rules, rules) {
		return false
	}
	if e.Severity == "" {
		return named || len(r.Severities)+len(r.Tags) == 0
	}
	return (len(r.Severities) == 0 || slices.Contains(r.Severities, e.Severity)) && (len(r.Tags) == 0 || anyLike(r.Tags, e.Tags))
}

// anyLike reports whether a pattern matches a name, in any case. A pattern was
// checked.
func anyLike(patterns, names []string) bool {
	// In path.Match a slash is not matched by a star; in names it is a letter.
	plain := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "/", "\x00") }
	for _, p := range patterns {
		for _, name := range names {
			if ok, _ := path.Match(plain(p), plain(name)); ok {
				return true
			}
		}
	}
	return false
}
