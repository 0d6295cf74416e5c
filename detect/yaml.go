package detect

import (
	"cmp"
	"math"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/kql/types"
)

// ruleFile is Sentinel's YAML. Every field that the public repository uses is
// here, and enabled, which tools that deploy rules from files know, so that any other
// is a mistake.
type ruleFile struct {
	ID                     string           `yaml:"id,omitempty"`
	Kind                   string           `yaml:"kind,omitempty"`
	Name                   string           `yaml:"name,omitempty"`
	Description            string           `yaml:"description,omitempty"`
	Version                string           `yaml:"version,omitempty"`
	Status                 string           `yaml:"status,omitempty"`
	Enabled                *bool            `yaml:"enabled,omitempty"`
	RequiredDataConnectors []map[string]any `yaml:"requiredDataConnectors,omitempty"`
	RelevantTechniques     []string         `yaml:"relevantTechniques,omitempty"`
	Tags                   []any            `yaml:"tags,omitempty"`
	Metadata               map[string]any   `yaml:"metadata,omitempty"`
	Content                content          `yaml:",inline"`
	Calypso                *settingsField   `yaml:"calypso,omitempty"`
}

// ParseYAML reads a rule in Sentinel's YAML. A field that does not exist, a value
// that makes no sense and a field that is missing are errors, with the line where
// there is one; all are reported at once. file is its name, for
// the errors. A rule without an id goes by its name.
func ParseYAML(file string, text []byte) (*Rule, error) {
	var f ruleFile
	var all any
	if err := cmp.Or(yaml.Unmarshal(text, &f), yaml.Unmarshal(text, &all)); err != nil {
		return nil, rulefiles.YAMLError(file, text, err)
	}
	p := problemsOf(file, "", rulefiles.YAMLLines(text), fieldNames{"name", "relevantTechniques"})
	p.Unknown("", all, f, "yaml")
	r := &Rule{
		File: file, ID: cmp.Or(f.ID, f.Name), Name: f.Name, Description: strings.TrimSpace(f.Description), Version: f.Version,
		Techniques: f.RelevantTechniques, Connectors: f.RequiredDataConnectors,
	}
	if fields, ok := all.(map[string]any); ok {
		if n, ok := fields["triggerThreshold"].(float64); ok && n != math.Trunc(n) {
			p.Add("triggerThreshold", "%v: want a whole number from 0 to 10000", n)
		}
	}
	f.Content.fill(r, f.Kind, p)
	if _, ok := types.ParseGUID(f.ID); f.ID != "" && !ok {
		p.note("id", "%q is no GUID, which Sentinel wants", f.ID)
	}
	r.Disabled = f.Enabled != nil && !*f.Enabled
	f.Calypso.fill(r, p)
	r.LeftOut = f.leftOut()
	r.QueryPlace = yamlQueryPlace(text, p.Line("query"))
	if err := p.Err(); err != nil {
		return nil, err
	}
	r.Warnings, r.Lines = p.told(), p.fieldLines(r)
	return r, nil
}

// leftOut returns what of the file a rule has no place for.
func (f *ruleFile) leftOut() (out []string) {
	for _, field := range []struct {
		name  string
		there bool
	}{{"status", f.Status != ""}, {"tags", len(f.Tags) > 0}, {"metadata", len(f.Metadata) > 0}} {
		if field.there {
			out = append(out, field.name)
		}
	}
	return out
}

// yamlQueryPlace returns where a query is whose field is at a line.
func yamlQueryPlace(text []byte, line int) QueryPlace {
	lines := strings.Split(string(text), "\n")
	field, value, _ := strings.Cut(lines[line-1], ":")
	style := strings.TrimSpace(value)
	if !strings.HasPrefix(style, "|") {
		return QueryPlace{Line: line}
	}
	place := QueryPlace{Line: line + 1, Block: true}
	if i := strings.IndexAny(style, "123456789"); i > 0 && i < 3 { // |2-: two columns more than the field
		place.Indent = len(field) - len(strings.TrimLeft(field, " ")) + int(style[i]-'0')
		return place
	}
	for _, l := range lines[line:] { // else the first line says it
		if strings.TrimSpace(l) != "" {
			place.Indent = len(l) - len(strings.TrimLeft(l, " "))
			break
		}
	}
	return place
}
