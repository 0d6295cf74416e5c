package functions

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

// parserFile is the YAML of parsers in Sentinel's public repository: those of ASIM
// (Parser…) and others (Function…).
type parserFile struct {
	ParserName              string      `yaml:"ParserName"`
	EquivalentBuiltInParser string      `yaml:"EquivalentBuiltInParser"`
	ParserParams            []paramFile `yaml:"ParserParams"`
	ParserQuery             string      `yaml:"ParserQuery"`

	FunctionName              string      `yaml:"FunctionName"`
	FunctionAlias             string      `yaml:"FunctionAlias"`
	EquivalentBuiltInFunction string      `yaml:"EquivalentBuiltInFunction"`
	FunctionParams            []paramFile `yaml:"FunctionParams"`
	FunctionQuery             string      `yaml:"FunctionQuery"`
}

type paramFile struct {
	Name    string `yaml:"Name"`
	Type    string `yaml:"Type"`
	Default any    `yaml:"Default"`
}

// readYAML reads a parser under its name and under that of the built-in one that it
// is equivalent to.
func readYAML(_, text string) ([]Function, error) {
	var f parserFile
	if err := yaml.Unmarshal([]byte(text), &f); err != nil {
		return nil, fmt.Errorf("%s", yaml.FormatError(err, false, false))
	}
	fn := Function{Body: f.ParserQuery}
	params := f.ParserParams
	if fn.Body == "" {
		fn.Body, params = f.FunctionQuery, f.FunctionParams
	}
	if fn.Body == "" {
		return nil, nil
	}
	var list []string
	for _, p := range params {
		list = append(list, p.kql())
	}
	fn.Params = "(" + strings.Join(list, ", ") + ")"
	var out []Function
	for _, name := range []string{f.ParserName, f.EquivalentBuiltInParser, f.FunctionAlias, f.FunctionName, f.EquivalentBuiltInFunction} {
		if name != "" && !contains(out, name) {
			fn.Name = name
			out = append(out, fn)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("the parser has no ParserName, nor a FunctionName")
	}
	return out, nil
}

func contains(fs []Function, name string) bool {
	for _, f := range fs {
		if f.Name == name {
			return true
		}
	}
	return false
}

// kql writes a parameter as KQL does. A tabular one has its columns in its type,
// table:(…), or in its name. A default of a text parameter is written
// without quotes in YAML; others are KQL already.
func (p paramFile) kql() string {
	if strings.EqualFold(p.Type, "table") {
		return p.Name
	}
	s := p.Name + ": " + strings.TrimPrefix(p.Type, "table:")
	if p.Default == nil {
		return s
	}
	d := fmt.Sprint(p.Default)
	if strings.EqualFold(p.Type, "string") && !quoted(d) {
		d = "'" + strings.ReplaceAll(strings.ReplaceAll(d, `\`, `\\`), "'", `\'`) + "'"
	}
	if strings.EqualFold(p.Type, "bool") {
		d = strings.ToLower(d)
	}
	return s + " = " + d
}

func quoted(s string) bool {
	return len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0]
}
