package notify

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A fact is a named value of an event, as messages for people show it.
type fact struct{ Name, Value string }

// maxFacts and maxValues bound what a message shows: the rest is counted.
const (
	maxFacts  = 10
	maxValues = 5
)

// facts returns what people want to know of an event, the most important first.
func facts(e *Event) []fact {
	var out []fact
	add := func(name, value string) {
		if value != "" {
			out = append(out, fact{name, value})
		}
	}
	add("Severity", e.Severity)
	if i := e.Incident; i != nil {
		add("Status", i.Status)
		add("Owner", i.Owner)
		add("Classification", strings.Join(nonEmpty(i.Classification, i.Reason), ", "))
		add("Comment", i.Comment)
		add("Alerts", strconv.Itoa(i.Alerts))
	}
	for _, c := range e.Changes {
		add("Changed", changed(c))
	}
	var rules []string
	for _, r := range e.Rules {
		rules = append(rules, r.Name)
	}
	if len(rules) != 1 || rules[0] != e.Title {
		add("Rule", some(rules))
	}
	for _, group := range entityGroups(e.Entities) {
		add(group.Name, group.Value)
	}
	add("Tactics", strings.Join(e.Tactics, ", "))
	add("Techniques", strings.Join(e.Techniques, ", "))
	add("Tags", strings.Join(e.Tags, ", "))
	for _, key := range sortedKeys(e.Details) {
		add(key, some(e.Details[key]))
	}
	if w := e.Window; w != nil {
		if !w.To.IsZero() {
			add("Window", w.From.UTC().Format(time.RFC3339)+" to "+w.To.UTC().Format(time.RFC3339))
		}
		if w.Attempt > 0 {
			add("Attempt", strconv.Itoa(w.Attempt))
		}
		add("Error", w.Error)
	}
	if f := e.Folded; f != nil {
		add("Events", counts(f.Types))
		add("Severities", counts(f.Severities))
	}
	return out
}

// changed says in words what has changed.
func changed(c Change) string {
	switch {
	case c.From == "":
		return c.Property + ": " + c.To
	case c.To == "":
		return c.Property + ": no longer " + c.From
	}
	return c.Property + ": " + c.From + " → " + c.To
}

// some joins values, of many the first and how many more there are.
func some(values []string) string {
	if len(values) <= maxValues {
		return strings.Join(values, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(values[:maxValues], ", "), len(values)-maxValues)
}

// entityGroups returns the values of entities by their type, types in their order.
func entityGroups(entities []Entity) []fact {
	values := map[string][]string{}
	var types []string
	for _, e := range entities {
		if values[e.Type] == nil {
			types = append(types, e.Type)
		}
		if v := e.Value(); v != "" && !slices.Contains(values[e.Type], v) {
			values[e.Type] = append(values[e.Type], v)
		}
	}
	var out []fact
	for _, t := range types {
		out = append(out, fact{t, some(values[t])})
	}
	return out
}

// counts writes how many there are of each, the most first.
func counts(n map[string]int) string {
	names := slices.SortedFunc(maps.Keys(n), func(a, b string) int {
		if n[a] != n[b] {
			return n[b] - n[a]
		}
		return strings.Compare(a, b)
	})
	var out []string
	for _, name := range names {
		out = append(out, fmt.Sprintf("%d %s", n[name], name))
	}
	return strings.Join(out, ", ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func nonEmpty(values ...string) []string {
	return slices.DeleteFunc(values, func(s string) bool { return s == "" })
}
