package syntax

// CountOp is `count` or `count as name`; As is nil in the first form.
type CountOp struct {
	Span
	As *Ident
}

func (*CountOp) operator() {}

func (p *parser) count() Operator {
	from := p.from()
	p.advance()
	o := &CountOp{}
	if p.accept(kwAs) {
		if p.peek() == kIdent {
			o.As = p.ident()
		} else {
			p.report(expected(p.end(), "a name"))
			o.As = &Ident{Span: Span{p.end(), p.end()}}
		}
	}
	o.Span = p.since(from)
	return o
}
