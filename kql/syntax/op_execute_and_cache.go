package syntax

// ExecuteAndCacheOp is `__executeAndCache`.
type ExecuteAndCacheOp struct {
	Span
}

func (*ExecuteAndCacheOp) operator() {}

func (p *parser) executeAndCache() Operator {
	from := p.from()
	p.advance()
	o := &ExecuteAndCacheOp{}
	o.Span = p.since(from)
	return o
}
