package rulecheck

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// costly finds what makes a query slower than need be. Each kind is told once a rule, at the
// first place.
//
// Source: Microsoft's "Best practices for Kusto Query Language queries".
type costly struct {
	x     *checker
	kinds []string
	first map[string]int
	count map[string]int
}

func newCostly(x *checker) *costly {
	return &costly{x: x, first: map[string]int{}, count: map[string]int{}}
}

func (c *costly) add(pos int, message string) {
	if c.count[message] == 0 {
		c.kinds, c.first[message] = append(c.kinds, message), pos
	}
	c.count[message]++
}

func (c *costly) tell() {
	for _, kind := range c.kinds {
		message := kind
		if n := c.count[kind]; n > 1 {
			message = fmt.Sprintf("%s (at %d places)", kind, n)
		}
		c.x.at(c.first[kind], Note, codeCostly, message)
	}
}

// oneTerm is a text that is a term: letters and digits only, as many as an index of terms has.
var oneTerm = regexp.MustCompile(`^[A-Za-z0-9]{3,}$`)

// plainRegex is a pattern that means the text itself.
var plainRegex = regexp.MustCompile(`^[A-Za-z0-9 _:/@-]+$`)

func (c *costly) visit(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.BinaryExpr:
		c.comparison(n)
	case *syntax.InExpr:
		if n.Op == syntax.OpIn || n.Op == syntax.OpInTilde {
			c.folded(n.X, "in~")
		}
	case *syntax.UnionOp:
		for _, t := range n.Tables {
			if id, ok := t.(*syntax.Ident); ok && id.Wildcard && id.Name == "*" {
				c.allTables(n.Pos(), "union *")
			}
			if _, ok := t.(*syntax.StarExpr); ok {
				c.allTables(n.Pos(), "union *")
			}
		}
	case *syntax.SearchOp:
		if len(n.In) == 0 {
			c.allTables(n.Pos(), "search")
		}
	}
}

// allTables is about queries over every table, which Sentinel refuses in rules.
func (c *costly) allTables(pos int, what string) {
	c.x.at(pos, Warning, codeCostly, what+" reads every table, and Sentinel refuses it in rules: name the tables")
}

func (c *costly) comparison(n *syntax.BinaryExpr) {
	text, isText := n.Y.(*syntax.StringLit)
	if _, star := n.X.(*syntax.StarExpr); star {
		c.add(n.Pos(), "* looks at every column of every row: name the columns")
	}
	switch n.Op {
	case syntax.OpEq, syntax.OpNe:
		c.folded(n.X, map[syntax.BinaryOp]string{syntax.OpEq: "=~", syntax.OpNe: "!~"}[n.Op])
	case syntax.OpContains, syntax.OpContainsCS:
		if isText && oneTerm.MatchString(text.Value) {
			c.add(n.OpAt.Pos(), n.Op.String()+" looks at all of every text; "+strings.Replace(n.Op.String(), "contains", "has", 1)+", where whole terms are meant, asks an index")
		}
	case syntax.OpMatchesRegex:
		if !isText {
			return
		}
		switch pattern := text.Value; {
		case plainRegex.MatchString(pattern):
			c.add(n.OpAt.Pos(), "a regular expression without operators: has or contains_cs says the same, and is faster")
		case strings.HasPrefix(pattern, ".*") || strings.HasSuffix(pattern, ".*") && !strings.HasSuffix(pattern, `\.*`):
			c.add(n.OpAt.Pos(), ".* at an end of a regular expression means nothing, since it need not match the whole text: leave it out")
		}
	}
}

// folded is about a comparison of tolower(x) or toupper(x), which another operator does.
func (c *costly) folded(x syntax.Expr, operator string) {
	if call, ok := x.(*syntax.CallExpr); ok && (calls(call, "tolower", 1) || calls(call, "toupper", 1)) {
		c.add(call.Pos(), fmt.Sprintf("%s of every row: %s compares in any case", call.Name.Name, operator))
	}
}
