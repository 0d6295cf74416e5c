package detect

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
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
		return nil, yamlError(file, text, err)
	}
	p := problemsOf(file, "", yamlLines(text), fieldNames{"name", "relevantTechniques"})
	p.Unknown(all, f, "yaml")
	r := &Rule{
		File: file, ID: cmp.Or(f.ID, f.Name), Name: f.Name, Description: strings.TrimSpace(f.Description), Version: f.Version,
		Techniques: f.RelevantTechniques, Connectors: f.RequiredDataConnectors,
	}
	f.Content.fill(r, f.Kind, p)
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

// yamlError says in one line, with its place, why a text is no rule.
func yamlError(file string, text []byte, err error) error {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	at := e.GetToken().Position.Line
	if lines := strings.Split(string(text), "\n"); at > 0 && at <= len(lines) {
		if _, value, ok := strings.Cut(lines[at-1], ":"); ok && strings.HasPrefix(strings.TrimSpace(value), "{{") {
			return fmt.Errorf("%s:%d: a value that begins with {{ wants quotes around it in YAML", file, at)
		}
	}
	var mismatch *yaml.UnexpectedNodeTypeError
	if errors.As(err, &mismatch) && fieldAt(text, at) != "" {
		return fmt.Errorf("%s:%d: %s: want a %s, not a %s", file, at, fieldAt(text, at), strings.ToLower(mismatch.Expected.YAMLName()), strings.ToLower(mismatch.Actual.YAMLName()))
	}
	return fmt.Errorf("%s:%d: %s", file, at, e.GetMessage())
}

// fieldAt returns the field of a rule that a line belongs to: the last before it that is
// not indented.
func fieldAt(text []byte, line int) string {
	lines := strings.Split(string(text), "\n")
	for i := min(line, len(lines)) - 1; i >= 0; i-- {
		name, _, ok := strings.Cut(lines[i], ":")
		if ok && name != "" && name == strings.TrimSpace(name) && !strings.HasPrefix(name, "-") && !strings.HasPrefix(name, "#") {
			return name
		}
	}
	return ""
}

// yamlQueryPlace returns where a query is whose field is at a line.
func yamlQueryPlace(text []byte, line int) QueryPlace {
	lines := strings.Split(string(text), "\n")
	_, value, _ := strings.Cut(lines[line-1], ":")
	if !strings.HasPrefix(strings.TrimSpace(value), "|") {
		return QueryPlace{Line: line}
	}
	// The least indented line that is not empty says how far the block is.
	indent := -1
	for _, l := range lines[line:] {
		trimmed := strings.TrimLeft(l, " ")
		n := len(l) - len(trimmed)
		if strings.TrimSpace(l) == "" {
			continue
		}
		if n == 0 {
			break
		}
		if indent < 0 || n < indent {
			indent = n
		}
	}
	return QueryPlace{Line: line + 1, Block: true, Indent: max(indent, 0)}
}

// yamlLines returns how to find the line of a field.
func yamlLines(text []byte) func(path string) int {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		tree = &ast.File{}
	}
	return func(path string) int {
		y, err := yaml.PathString("$." + path)
		if err != nil {
			return 0
		}
		n, err := y.FilterFile(tree)
		if err != nil || n.GetToken() == nil {
			return 0
		}
		return n.GetToken().Position.Line
	}
}
