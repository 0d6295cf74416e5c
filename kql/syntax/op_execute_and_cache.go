package syntax

// ExecuteAndCacheOp is `__executeAndCache`.
type ExecuteAndCacheOp struct {
	Span
}

func (*ExecuteAndCacheOp) operator() {}
