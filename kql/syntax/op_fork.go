package syntax

// ForkOp is `fork name=(subquery) (subquery) …`.
type ForkOp struct {
	Span
	Branches []*ForkBranch
}

// ForkBranch is one branch of a fork. Name is nil if absent.
type ForkBranch struct {
	Span
	Name *Ident
	X    Expr
}

func (*ForkOp) operator() {}

func (p *parser) fork() Operator {
	from := p.from()
	p.advance()
	o := &ForkOp{}
	for {
		b := p.forkBranch()
		if b == nil {
			break
		}
		o.Branches = append(o.Branches, b)
	}
	if len(o.Branches) == 0 {
		p.report(expected(p.end(), "("))
	}
	o.Span = p.since(from)
	return o
}

func (p *parser) forkBranch() *ForkBranch {
	from := p.from()
	b := &ForkBranch{}
	if n := p.scanName(0); n > 0 && p.peekAt(n) == kEqual {
		b.Name = p.name()
		p.expect(kEqual, "=")
	} else if p.peek() != kLParen {
		return nil
	}
	p.expect(kLParen, "(")
	if b.X = p.optionalSubquery(); b.X == nil {
		b.X = p.operand(p.expr)
	}
	p.close(kRParen)
	b.Span = p.since(from)
	return b
}
