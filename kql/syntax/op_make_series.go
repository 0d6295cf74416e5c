package syntax

// MakeSeriesOp is `make-series aggs on X from … to … step … by columns`, or with `in range(start,
// stop, step)`, InRange. From and To may be nil.
type MakeSeriesOp struct {
	Span
	Params         []*OperatorParam
	Aggs           []*SeriesAgg
	On             Expr
	From, To, Step Expr
	InRange        []Expr
	By             []*NamedExpr
}

// SeriesAgg is one aggregate of make-series. Default is nil if absent.
type SeriesAgg struct {
	Span
	X       *NamedExpr
	Default Expr
}

func (*MakeSeriesOp) operator() {}
