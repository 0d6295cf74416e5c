package syntax

// paramValue says what may stand behind a parameter's equal sign. Kusto's parser is generous:
// it takes nearly any literal or name, and leaves it to the binder to complain.
type paramValue uint8

const (
	valueRequired paramValue = iota
	valueOptional
	valueName     // a name that is declared
	valueColumn   // a column
	valueColumns  // columns, with commas between them
	valueCallPath // an expression such as a.b or f(x)
)

// param is an operator parameter that the grammar knows.
type param struct {
	value paramValue
	// words are values that are keywords elsewhere.
	words []string
	// bare parameters have no equal sign.
	bare bool
}

// paramSet are the parameters that an operator declares.
type paramSet struct {
	params map[string]param
	// declaredOnly: no others are read, not even known ones.
	declaredOnly bool
	// equals: a name counts only if an equal sign follows.
	equals bool
}

// knownParam is the parameter that any operator might have under that name. Those that only
// some operators know need no entry here.
func knownParam(name string) (param, bool) {
	switch name {
	case "__crossCluster", "__crossDB", "__id", "__noWithSource", "__sourceColumnIndex", "bin_legacy", "expandoutput",
		"hint.pass_filters":
		return param{value: valueOptional}, true
	case "__isFuzzy", "bagexpansion", "cycles", "decodeblocks", "force_remote", "hint.concurrency", "hint.distribution",
		"hint.materialized", "hint.num_partitions", "hint.progressive_top", "hint.remote", "hint.spread",
		"hint.strategy", "isfuzzy", "kind", "with_source":
		return param{}, true
	case "__packedColumn", "hint.pass_filters_column", "hint.shufflekey":
		return param{value: valueColumn}, true
	case "with_itemindex", "with_match_id", "with_step_name", "withsource":
		return param{value: valueName}, true
	}
	return param{}, false
}

// splitParams are the known names that the lexer cuts in pieces.
var splitParams = [...]string{"hint.pass_filters_column", "hint.pass_filters"}

// The parameters of operators, as far as the grammar treats them otherwise than known ones.
var (
	anyParams     = &paramSet{}
	equalsParams  = &paramSet{equals: true}
	declareParams = &paramSet{declaredOnly: true}
	parseParams   = &paramSet{equals: true, params: map[string]param{
		"kind": {words: []string{"simple", "regex", "relaxed"}}, "flags": {}}}
	unionParams           = &paramSet{equals: true, params: map[string]param{"best_effort": {}}}
	reduceParams          = &paramSet{params: map[string]param{"threshold": {}, "characters": {}}}
	graphComponentsParams = &paramSet{equals: true, params: map[string]param{"with_component_id": {value: valueName}}}
	graphPathsParams      = &paramSet{equals: true, params: map[string]param{"output": {}}}
	graphNodesParams      = &paramSet{equals: true, params: map[string]param{"with_node_id": {value: valueName}}}
	graphEdgesParams      = &paramSet{equals: true, params: map[string]param{
		"with_source_id": {value: valueName}, "with_target_id": {value: valueName}}}
	parseKvParams = &paramSet{declaredOnly: true, params: map[string]param{
		"pair_delimiter": {}, "kv_delimiter": {}, "regex": {}, "quote": {}, "escape": {}, "greedy": {}}}
	renderParams = &paramSet{declaredOnly: true, params: map[string]param{
		"kind": {}, "title": {value: valueCallPath}, "accumulate": {}, "xcolumn": {value: valueColumn},
		"ycolumns": {value: valueColumns}, "anomalycolumns": {value: valueColumns}, "series": {value: valueColumns},
		"xtitle": {value: valueCallPath}, "ytitle": {value: valueCallPath}, "xaxis": {}, "yaxis": {}, "legend": {},
		"ysplit": {}, "ymin": {}, "ymax": {}, "xmin": {}, "xmax": {}}}
)

// paramList reads the parameters of an operator that declares set.
func (p *parser) paramList(set *paramSet) []*OperatorParam {
	defer p.useParams(set)()
	var out []*OperatorParam
	for {
		o := p.param()
		if o == nil {
			return out
		}
		out = append(out, o)
	}
}

// paramCommas is paramList with commas.
func (p *parser) paramCommas(set *paramSet) []*OperatorParam {
	defer p.useParams(set)()
	return commas(p, list[*OperatorParam]{elem: p.param, missing: p.missingOperatorParam, end: p.atListEnd})
}

// useParams makes set the current one until the function that it returns is called.
func (p *parser) useParams(set *paramSet) func() {
	old := p.params
	p.params = set
	return func() { p.params = old }
}

func (p *parser) missingOperatorParam() *OperatorParam {
	e := p.missingPart("parameter")
	at := Span{e.Pos(), e.Pos()}
	return &OperatorParam{Span: at, Name: &Ident{Span: at}, Value: e}
}

// declaredParam is the parameter that the current operator declares under the word at i.
func (p *parser) declaredParam(i int) (param, bool) {
	t := p.tokAt(i)
	if p.params == nil || t.kind != kIdent && !t.kind.isKeyword() {
		return param{}, false
	}
	d, ok := p.params.params[p.tokText(t)]
	return d, ok
}

// scanParam says what parameter stands at i, and how many tokens its name has: 0 if none.
func (p *parser) scanParam(i int, equals bool) (param, int) {
	d, ok := p.declaredParam(i)
	n := 1
	if !ok && (p.params == nil || !p.params.declaredOnly) {
		d, n, ok = p.scanKnownParam(i)
	}
	if !ok || equals && !d.bare && p.peekAt(i+n) != kEqual {
		return param{}, 0
	}
	return d, n
}

func (p *parser) scanKnownParam(i int) (param, int, bool) {
	if t := p.tokAt(i); t.kind == kIdent || t.kind.isKeyword() {
		if d, ok := knownParam(p.tokText(t)); ok {
			return d, 1, true
		}
	}
	for _, name := range splitParams {
		if n := p.matches(i, name); n > 0 {
			d, _ := knownParam(name)
			return d, n, true
		}
	}
	return param{}, 0, false
}

// param reads one parameter of the current operator, or nil.
func (p *parser) param() *OperatorParam {
	d, n := p.scanParam(0, p.params.equals)
	if n == 0 {
		return nil
	}
	return p.paramOf(d, n)
}

// namedParam reads the parameter called name if an equal sign follows, or nil.
func (p *parser) namedParam(name string, d param) *OperatorParam {
	n := p.matches(0, name)
	if n == 0 || !d.bare && p.peekAt(n) != kEqual {
		return nil
	}
	return p.paramOf(d, n)
}

func (p *parser) paramOf(d param, nameTokens int) *OperatorParam {
	o := &OperatorParam{Name: p.tokensAsIdent(nameTokens)}
	if !d.bare {
		p.expect(kEqual, "=")
	}
	o.Value = p.paramValueOf(d)
	o.Span = p.since(o.Name.From)
	return o
}

func (p *parser) paramValueOf(d param) Expr {
	missingValue := func() Expr { return p.missingPart("value") }
	for _, w := range d.words {
		if n := p.matches(0, w); n > 0 {
			return p.tokensAsIdent(n)
		}
	}
	switch d.value {
	case valueOptional:
		return or(p.anyValue(), func() Expr { return &BadExpr{Span{p.end(), p.end()}} })
	case valueName, valueColumn:
		return or(or(p.nameExpr(), p.anyValue), func() Expr { return p.missingExpr("name") })
	case valueColumns:
		return p.columnList(p.columnListEnd)
	case valueCallPath:
		return or(p.path(), missingValue)
	}
	return or(p.anyValue(), missingValue)
}

// anyValue is a literal or a name, or nil.
func (p *parser) anyValue() Expr {
	if e := p.literal(); e != nil {
		return e
	}
	return p.nameExpr()
}

// columnList reads a list of columns as one value.
func (p *parser) columnList(end func() bool) Expr {
	from := p.from()
	elem := func() Expr {
		if _, ok := p.declaredParam(0); ok && p.peekAt(1) == kEqual {
			return nil
		}
		if n := p.declaredName(); n != nil {
			return n
		}
		return nil
	}
	missing := func() Expr { return p.missingExpr("name") }
	e := &NameList{}
	e.Names = commas(p, list[Expr]{elem: elem, missing: missing, end: end, nonEmpty: true})
	e.Span = p.since(min(from, p.end()))
	if len(e.Names) > 0 {
		e.From = e.Names[0].Pos()
	}
	return e
}

// columnListEnd says whether a list of columns ends because another parameter begins.
func (p *parser) columnListEnd() bool {
	if p.peek() == kComma {
		_, n := p.scanAnyParam(1)
		return n > 0 || endsList(p.peekAt(1))
	}
	_, n := p.scanAnyParam(0)
	return n > 0 && p.peekAt(n) == kEqual || p.atListEnd()
}

// scanAnyParam is scanParam for declared and known names alike.
func (p *parser) scanAnyParam(i int) (param, int) {
	if d, ok := p.declaredParam(i); ok {
		return d, 1
	}
	d, n, _ := p.scanKnownParam(i)
	return d, n
}

// property reads name=value within the parentheses of with (…), or nil.
func (p *parser) property() *OperatorParam {
	n := p.declaredName()
	if n == nil {
		return nil
	}
	o := &OperatorParam{Name: n}
	p.expect(kEqual, "=")
	switch p.peek() {
	case kString, kLong, kReal, kBool, kDateTime:
		o.Value = p.literal()
	case kRawGUID, kGUID:
		o.Value = p.plainLiteral(0)
	default:
		if v := p.declaredName(); v != nil {
			o.Value = v
		} else {
			o.Value = p.missingPart("value")
		}
	}
	o.Span = p.since(n.From)
	return o
}

// properties reads with (…), or nil.
func (p *parser) properties() []*OperatorParam {
	if !p.accept(kwWith) {
		return nil
	}
	p.expect(kLParen, "(")
	out := commas(p, list[*OperatorParam]{elem: p.property, missing: p.missingOperatorParam, end: p.atListEnd})
	p.close(kRParen)
	return out
}
