package rulecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// techniques looks for those that MITRE ATT&CK does not have. What does not look like one is
// told where the rule is read.
func (x *checker) techniques() {
	r := x.rule
	for _, t := range slices.Concat(r.Techniques, r.SubTechniques) {
		if looksLikeTechnique(t) && !techniqueIDs()[t] {
			parent, _, isSub := strings.Cut(t, ".")
			instead := successors()[t]
			switch {
			case len(instead) > 0:
				x.field("techniques", Warning, codeTechnique, "MITRE ATT&CK has revoked the technique %s: use %s", t, strings.Join(instead, ", "))
			case isSub && techniqueIDs()[parent]:
				x.field("techniques", Warning, codeTechnique, "MITRE ATT&CK %s has no sub-technique %s of %s: it does not exist, was revoked, or came later", attackVersion, t, parent)
			default:
				x.field("techniques", Warning, codeTechnique, "MITRE ATT&CK %s has no technique %s: it does not exist, was revoked, or came later", attackVersion, t)
			}
		}
	}
}

// looksLikeTechnique reports whether a text has the form of a technique's ID.
func looksLikeTechnique(s string) bool {
	s, sub, isSub := strings.Cut(s, ".")
	return len(s) == 5 && s[0] == 'T' && strings.Trim(s[1:], "0123456789") == "" && (!isSub || len(sub) == 3 && strings.Trim(sub, "0123456789") == "")
}

// outdated looks for tables and columns that were replaced, and for columns by which rules
// mapped entities before there were mappings.
func (x *checker) outdated(q *kql.Query, answer types.Schema) {
	reads := reads(q.Plan())
	told := map[string]bool{}
	for _, table := range reads {
		if instead, ok := deprecated().tables[table.Table]; ok && !told[table.Table] {
			told[table.Table] = true
			x.at(x.placeOf(q, table.Table), Warning, codeDeprecated, fmt.Sprintf("the table %s is deprecated: use %s", table.Table, instead))
		}
	}
	told = map[string]bool{}
	syntax.Walk(q.Tree(), func(n syntax.Node) bool {
		id, ok := n.(*syntax.Ident)
		if !ok || told[id.Name] {
			return true
		}
		if use, ok := q.Info().Uses[id]; !ok || use.Kind != bind.UseColumn || use.Decl != nil {
			return true
		}
		if table, instead, ok := deprecatedColumn(reads, id.Name); ok {
			told[id.Name] = true
			x.at(id.Pos(), Warning, codeDeprecated, fmt.Sprintf("the column %s of %s is deprecated%s", id.Name, table, orUse(instead)))
		}
		return true
	})
	for _, c := range answer.Columns {
		if strings.HasSuffix(c.Name, "CustomEntity") && !x.names(c.Name) {
			x.note(Note, codeDeprecated, "the column %s maps no entity any more: name it, or the column that it is made of, in entityMappings", c.Name)
		}
	}
}

func orUse(instead string) string {
	if instead == "" {
		return ""
	}
	return ": use " + instead
}

// reads returns the tables that a query reads, as it reads them.
func reads(p *plan.Query) (out []*plan.Read) {
	plan.EachNode(p, func(n plan.Node) {
		if r, ok := n.(*plan.Read); ok {
			out = append(out, r)
		}
	})
	return out
}

// deprecatedColumn returns the table, of those that are read, of which the column is
// deprecated; ok is false if another has the column, too, for then it may be that.
func deprecatedColumn(reads []*plan.Read, column string) (table, instead string, ok bool) {
	for _, r := range reads {
		use, is := deprecated().columns[r.Table][column]
		switch {
		case is:
			table, instead, ok = r.Table, use, true
		case r.Source.Schema().Index(column) >= 0:
			return "", "", false
		}
	}
	return table, instead, ok
}

// placeOf returns where a query first names a table; its beginning if only a function does.
func (x *checker) placeOf(q *kql.Query, table string) int {
	at := 0
	syntax.Walk(q.Tree(), func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok && at == 0 && id.Name == table {
			at = id.Pos()
		}
		return true
	})
	return at
}

// names reports whether an entity of the rule is taken from a column.
func (x *checker) names(column string) bool {
	for _, m := range x.rule.Entities {
		for _, f := range m.Fields {
			if f.Column == column {
				return true
			}
		}
	}
	return false
}
