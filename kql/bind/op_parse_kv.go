package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// parseKv takes a text of keys and values apart.
func (b *binder) parseKv(sc *scope, in table, op *syntax.ParseKvOp) table {
	n := &plan.ParseKv{Input: in.node, Text: b.text(sc.withRow(in), op.X)}
	out := newColumns()
	out.keepAll(in.schema())
	for _, c := range op.Keys.Columns {
		if c.Name == nil {
			continue
		}
		if at, ok := b.capture(out, c.Name, b.typeOf(c.Type)); ok {
			n.Keys = append(n.Keys, c.Name.Name)
			n.To = append(n.To, at)
		}
	}
	n.Out = out.schema()
	for _, p := range op.With {
		b.kvOption(sc, n, p)
	}
	return in.over(n)
}

// kvOption sets one option of with (…).
func (b *binder) kvOption(sc *scope, n *plan.ParseKv, p *syntax.OperatorParam) {
	if p.Name.Name == "greedy" {
		n.Greedy = paramWord(p) == "true"
		return
	}
	s, ok := b.constString(sc, p.Value)
	if !ok {
		return
	}
	switch p.Name.Name {
	case "pair_delimiter":
		n.PairDelimiter = s
	case "kv_delimiter":
		n.KvDelimiter = s
	case "escape":
		n.Escape = s
	case "quote":
		n.Quotes = append(n.Quotes, s)
	case "regex":
		n.Regex = s
	}
}
