package syntax

// RenderOp is `render chart with (properties)`; older texts write properties without with. Chart
// is nil if absent.
type RenderOp struct {
	Span
	Chart  *Ident
	Params []*OperatorParam
	With   []*OperatorParam
}

func (*RenderOp) operator() {}

func (p *parser) render() Operator {
	from := p.from()
	p.advance()
	o := &RenderOp{Chart: p.chart()}
	for {
		r := p.oldRenderParam()
		if r == nil {
			break
		}
		o.Params = append(o.Params, r)
	}
	if p.accept(kwWith) {
		p.expect(kLParen, "(")
		p.accept(kComma)
		o.With = p.paramCommas(renderParams)
		p.close(kRParen)
	}
	o.Span = p.since(from)
	return o
}

// isChart says whether w names a chart. Other names are taken too, as the tool may know them.
func isChart(w string) bool {
	switch w {
	case "table", "list", "barchart", "piechart", "ladderchart", "timechart", "linechart", "anomalychart", "pivotchart",
		"areachart", "stackedareachart", "scatterchart", "timepivot", "columnchart", "timeline", "3Dchart", "card",
		"treemap", "plotly", "graph", "sankey":
		return true
	}
	return false
}

func (p *parser) chart() *Ident {
	if p.peek() == kIdent || isChart(p.word()) {
		return p.ident()
	}
	p.report(expected(p.end(), "a chart such as timechart"))
	return nil
}

// oldRenderParam reads a property in the form that needs no with (…), or nil.
func (p *parser) oldRenderParam() *OperatorParam {
	switch p.word() {
	case "kind", "accumulate":
		return p.namedParam(p.word(), param{})
	case "title":
		return p.namedParam("title", param{value: valueCallPath})
	case "with":
		if p.peekAt(1) != kLParen {
			return p.namedParam("with", param{bare: true})
		}
	case "by":
		o := &OperatorParam{Name: p.ident()}
		o.Value = p.columnList(p.oldRenderEnd)
		o.Span = p.since(o.Name.From)
		return o
	}
	return nil
}

func (p *parser) oldRenderEnd() bool {
	switch p.word() {
	case "kind", "title", "accumulate", "with", "by":
		return true
	}
	return false
}
