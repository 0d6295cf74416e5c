package automation

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
)

// problems collects all that is wrong with a rule, with the lines.
type problems struct {
	file string
	root ast.Node // of the rule's fields
	errs []problem
}

type problem struct {
	line int
	err  error
}

// add notes what is wrong with the field at a path, as actions[0].actionType.
func (p *problems) add(path, format string, args ...any) {
	n := p.line(path)
	p.errs = append(p.errs, problem{n, fmt.Errorf("%s:%d: %s %s", p.file, n, path, fmt.Sprintf(format, args...))})
}

func (p *problems) want(ok bool, path, otherwise string) {
	if !ok {
		p.add(path, "%s", otherwise)
	}
}

// oneOf returns the one of names that a text is, in any case.
func (p *problems) oneOf(path, text string, names ...string) string {
	for _, n := range names {
		if strings.EqualFold(n, text) {
			return n
		}
	}
	if text == "" {
		p.add(path, "is missing: want %s", orList(names))
	} else {
		p.add(path, "%q: want %s", text, orList(names))
	}
	return ""
}

func orList(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

// err returns all errors, in the order of their lines.
func (p *problems) err() error {
	slices.SortStableFunc(p.errs, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for _, e := range p.errs {
		errs = append(errs, e.err)
	}
	return errors.Join(errs...)
}

// line returns the line of the field at a path, or of the nearest field around it.
func (p *problems) line(path string) int {
	for ; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		y, err := yaml.PathString("$." + path)
		if err != nil {
			continue
		}
		if n, err := y.FilterNode(p.root); err == nil && n != nil && n.GetToken() != nil {
			return line(n)
		}
	}
	return line(p.root)
}
