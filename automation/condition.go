package automation

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/incident"
)

// A subject is what conditions are about: an incident and the change that has
// happened to it, or an alert.
type subject struct {
	// before is the incident before the change, nil if it was opened, and became how
	// it was after that. after is how it is now, when other rules have changed it.
	before, became, after *incident.Incident
	change                incident.Change
	alert                 *incident.Alert
	// item is the element of a list that is looked at, by the names of its properties;
	// nil outside of lists.
	item map[string][]string
}

// A condition holds for a subject or does not.
type condition interface {
	holds(s *subject) bool
}

// all holds if each condition does.
type all []condition

func (a all) holds(s *subject) bool {
	return !slices.ContainsFunc(a, func(c condition) bool { return !c.holds(s) })
}

// some holds if any condition does.
type some []condition

func (a some) holds(s *subject) bool {
	return slices.ContainsFunc(a, func(c condition) bool { return c.holds(s) })
}

// An operator compares texts, in any case.
type operator struct {
	name string
	is   func(have, want string) bool
	// not says that no value may be so.
	not bool
}

// operators are those of conditions.
func operators() []operator {
	return []operator{
		{"Equals", strings.EqualFold, false}, {"NotEquals", strings.EqualFold, true},
		{"Contains", containsFold, false}, {"NotContains", containsFold, true},
		{"StartsWith", startsFold, false}, {"NotStartsWith", startsFold, true},
		{"EndsWith", endsFold, false}, {"NotEndsWith", endsFold, true},
	}
}

func containsFold(have, want string) bool {
	return strings.Contains(strings.ToLower(have), strings.ToLower(want))
}

func startsFold(have, want string) bool {
	return strings.HasPrefix(strings.ToLower(have), strings.ToLower(want))
}

func endsFold(have, want string) bool {
	return strings.HasSuffix(strings.ToLower(have), strings.ToLower(want))
}

// any reports whether one of the values is as one of those wanted; with a negated
// operator, whether none is.
func (o operator) any(have, want []string) bool {
	found := slices.ContainsFunc(have, func(h string) bool {
		return slices.ContainsFunc(want, func(w string) bool { return o.is(h, w) })
	})
	return found != o.not
}

// propertyIs compares the values of a property.
type propertyIs struct {
	property property
	operator operator
	values   []string
}

func (c *propertyIs) holds(s *subject) bool {
	return c.operator.any(c.property.of(s), c.values)
}

// propertyChanged holds if a change was one of a property, from or to a value if
// values are given.
type propertyChanged struct {
	of       func(*incident.Incident) []string
	from, to bool // which of the values are looked at; neither for any change
	operator operator
	values   []string
}

func (c *propertyChanged) holds(s *subject) bool {
	if s.before == nil {
		return false
	}
	before, after := c.of(s.before), c.of(s.became)
	switch {
	case slices.Equal(before, after):
		return false
	case c.from:
		return c.operator.any(before, c.values)
	case c.to:
		return c.operator.any(after, c.values)
	}
	return true
}

// listGrew holds if a change has added to a list.
type listGrew struct {
	of func(*incident.Incident) []string
}

func (c *listGrew) holds(s *subject) bool {
	if s.before == nil {
		return false
	}
	before := c.of(s.before)
	return slices.ContainsFunc(c.of(s.became), func(v string) bool { return !slices.Contains(before, v) })
}

// anyItem holds if conditions do for an element of a list.
type anyItem struct {
	items func(s *subject) []map[string][]string
	all
}

func (c *anyItem) holds(s *subject) bool {
	return slices.ContainsFunc(c.items(s), func(item map[string][]string) bool {
		inner := *s
		inner.item = item
		return c.all.holds(&inner)
	})
}
