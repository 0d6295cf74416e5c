package detect

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/internal/rulefiles"
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

// problems collects all that is wrong with a rule, and what is odd.
type problems struct {
	rulefiles.Mistakes
	names    fieldNames
	warnings []Warning
}

// problemsOf returns none of a file, of which at returns the line of the field at a
// path. within is put before the paths: that of the rule in a file with several.
func problemsOf(file, within string, at func(path string) int, names fieldNames) *problems {
	return &problems{Mistakes: rulefiles.Mistakes{File: file, At: func(path string) int { return at(within + path) }, Begins: at(strings.TrimSuffix(within, "."))}, names: names}
}

// note notes what is odd about the field at path.
func (p *problems) note(path, format string, args ...any) {
	p.warnings = append(p.warnings, Warning{p.File, p.Line(path), path, fmt.Sprintf(format, args...)})
}

// fieldLines returns Rule.Lines.
func (p *problems) fieldLines(r *Rule) map[string]int {
	out := map[string]int{"techniques": p.Line(p.names.techniques)}
	for _, field := range []string{"customDetails", "alertDetailsOverride", "sentinelEntitiesMappings"} {
		if line := p.At(field); line > 0 {
			out[field] = line
		}
	}
	for i := range r.Entities {
		field := indexed("entityMappings", i)
		out[field] = p.Line(field)
	}
	return out
}

func (p *problems) warn(ok bool, path, otherwise string) {
	if !ok {
		p.note(path, "%s", otherwise)
	}
}

// told returns the warnings, in the order of their lines.
func (p *problems) told() []Warning {
	slices.SortStableFunc(p.warnings, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Field, b.Field))
	})
	return p.warnings
}

func (p *problems) duration(field, text string) time.Duration {
	if text == "" {
		p.Add(field, "is missing")
		return 0
	}
	d, err := ParseDuration(text)
	if err != nil {
		p.Add(field, "%v", err)
	} else if d <= 0 {
		p.Add(field, "%q: want more than nothing", text)
	}
	return d
}

func indexed(field string, i int) string { return fmt.Sprintf("%s[%d]", field, i) }
