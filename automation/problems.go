package automation

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"github.com/calypso-kql/calypso/internal/rulefiles"
	"github.com/calypso-kql/calypso/internal/spelling"
)

// problems collects all that is wrong with a rule, with the lines.
type problems struct{ rulefiles.Mistakes }

// problemsOf returns none of a rule whose fields are at a node.
func problemsOf(file string, root ast.Node) *problems {
	at := func(path string) int {
		y, err := yaml.PathString("$." + path)
		if err != nil {
			return 0
		}
		if n, err := y.FilterNode(root); err == nil && n != nil && n.GetToken() != nil {
			return line(n)
		}
		return 0
	}
	return &problems{rulefiles.Mistakes{File: file, At: at, Begins: line(root)}}
}

// oneOf returns the one of names that a text is, in any case.
func (p *problems) oneOf(path, text string, names ...string) string {
	for _, n := range names {
		if strings.EqualFold(n, text) {
			return n
		}
	}
	if text == "" {
		p.Add(path, "is missing: want %s", spelling.Or(names))
	} else {
		p.Add(path, "%q: want %s", text, spelling.Or(names))
	}
	return ""
}
