package syntax

// maxHeight is how high a tree may be. Chains such as a + b + c… nest to the left without
// nesting in the text, and all that walk the tree must be able to follow.
const maxHeight = 10_000

// limitHeight replaces statements whose tree is too high.
func (p *parser) limitHeight(q *Query) {
	if p.links+maxNesting < maxHeight {
		return // too few nodes to be that high
	}
	for i, s := range q.Statements {
		if height(s) > maxHeight {
			p.report(tooDeep(s.Pos()))
			q.Statements[i] = &BadStmt{Span{s.Pos(), s.End()}}
		}
	}
}

// height is the number of nodes on the longest way down from n. It keeps its own stack: the
// tree may be as high as the text is long.
func height(n Node) int {
	type item struct {
		n     Node
		depth int
	}
	deepest := 0
	stack := []item{{n, 1}}
	for len(stack) > 0 {
		it := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		deepest = max(deepest, it.depth)
		children(it.n, func(c Node) { stack = append(stack, item{c, it.depth + 1}) })
	}
	return deepest
}
