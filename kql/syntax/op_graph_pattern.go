package syntax

// graphPatterns reads the patterns of graph-match and graph-shortest-paths.
func (p *parser) graphPatterns() []*GraphPattern {
	// A pattern is never missing between commas: an empty one is reported by itself.
	out := []*GraphPattern{p.graphPattern()}
	for p.accept(kComma) {
		out = append(out, p.graphPattern())
	}
	return out
}

func (p *parser) graphPattern() *GraphPattern {
	from := p.from()
	g := &GraphPattern{}
	for {
		if n := p.graphNode(); n != nil {
			g.Elems = append(g.Elems, n)
		} else if e := p.graphEdge(); e != nil {
			g.Elems = append(g.Elems, e)
		} else {
			break
		}
	}
	if len(g.Elems) == 0 {
		from = p.end()
		p.report(missingGraphPattern(from))
	}
	g.Span = p.since(from)
	return g
}

func (p *parser) graphNode() *GraphNode {
	from := p.from()
	if !p.accept(kLParen) {
		return nil
	}
	n := &GraphNode{Name: p.name()}
	p.close(kRParen)
	n.Span = p.since(from)
	return n
}

// graphEdge reads one of the forms of an edge, or nil.
func (p *parser) graphEdge() *GraphEdge {
	from := p.from()
	e := &GraphEdge{}
	switch {
	case p.acceptText("-->"):
	case p.acceptText("<--"):
		e.Direction = GraphLeft
	case p.acceptText("--"):
		e.Direction = GraphAny
	case p.acceptText("-["):
		p.graphEdgeBody(e, false)
	case p.acceptText("<-["):
		p.graphEdgeBody(e, true)
	default:
		return nil
	}
	e.Span = p.since(from)
	return e
}

// graphEdgeBody reads name*min..max]-> or ]-; left is true if the edge began with <-[.
func (p *parser) graphEdgeBody(e *GraphEdge, left bool) {
	e.Name = p.name()
	if p.accept(kStar) {
		e.Min = or(p.unary(), func() Expr { return p.missingPart("value") })
		p.expect(kDotDot, "..")
		e.Max = p.operand(p.unary)
	}
	right := p.acceptText("]->")
	if !right && !p.acceptText("]-") {
		p.report(expected(p.end(), "]->", "]-"))
	}
	switch {
	case left:
		e.Direction = GraphLeft
	case !right:
		e.Direction = GraphAny
	}
}
