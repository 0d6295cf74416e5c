package detect

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Warning is something about a rule that does not keep it from running here.
type Warning struct {
	File string
	Line int
	// Field is the path of the field, as entityMappings[0].entityType.
	Field   string
	Message string
}

// String writes a warning as compilers do.
func (w Warning) String() string {
	return fmt.Sprintf("%s:%d: warning: %s %s", w.File, w.Line, w.Field, w.Message)
}

// fieldNames are the fields that formats call differently.
type fieldNames struct{ name, techniques string }

// problems collects all that is wrong with a rule.
type problems struct {
	file  string
	names fieldNames
	// at returns the line of the field at a path, 0 if it is not there. within is
	// put before the paths: that of the rule in a file with several.
	at     func(path string) int
	within string

	errs     []problem
	warnings []Warning
}

type problem struct {
	line int
	err  error
}

// add notes what is wrong with the field at path, "entityMappings[0].entityType".
func (p *problems) add(path, format string, args ...any) {
	line := p.line(path)
	p.errs = append(p.errs, problem{line, fmt.Errorf("%s:%d: %s %s", p.file, line, path, fmt.Sprintf(format, args...))})
}

func (p *problems) want(ok bool, path, otherwise string) {
	if !ok {
		p.add(path, "%s", otherwise)
	}
}

// note notes what is odd about the field at path.
func (p *problems) note(path, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{p.file, p.line(path), path, fmt.Sprintf(format, args...)})
}

func (p *problems) warn(ok bool, path, otherwise string) {
	if !ok {
		p.note(path, "%s", otherwise)
	}
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

// told returns the warnings, in the order of their lines.
func (p *problems) told() []Warning {
	slices.SortStableFunc(p.warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Field, b.Field))
	})
	return p.warnings
}

// line returns the line of the field at path, or of the nearest field around it
// that is there; 1 if none is.
func (p *problems) line(path string) int {
	for path = p.within + path; path != ""; path = path[:max(strings.LastIndexAny(path, ".["), 0)] {
		if line := p.at(path); line > 0 {
			return line
		}
	}
	return 1
}

func (p *problems) duration(field, text string) time.Duration {
	if text == "" {
		p.add(field, "is missing")
		return 0
	}
	d, err := ParseDuration(text)
	if err != nil {
		p.add(field, "%v", err)
	} else if d <= 0 {
		p.add(field, "%q: want more than nothing", text)
	}
	return d
}

func indexed(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }
