package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A decimalRange is a range of decimals.
type decimalRange struct {
	schema         types.Schema
	rows           int
	from, to, step types.Decimal128
	i              int64
	on             bool
}

func (r *decimalRange) Schema() types.Schema { return r.schema }
func (r *decimalRange) Close() error         { r.on = false; return nil }

func (r *decimalRange) Next(context.Context) (*column.Batch, error) {
	if !r.on {
		return nil, io.EOF
	}
	vals := make([]types.Decimal128, 0, min(r.rows, 1024))
	for r.on && len(vals) < r.rows {
		v := r.from.Add(types.DecimalFromLong(r.i).Mul(r.step))
		if r.on = decimalStepsTo(v, r.to, r.step); !r.on {
			break
		}
		vals = append(vals, v)
		r.i++
	}
	c := column.NewVec(types.Decimal, vals, nil)
	return column.NewBatch(len(vals), []column.Column{c}), nil
}

// decimalStepsTo is stepsTo for decimals.
func decimalStepsTo(from, to, step types.Decimal128) bool {
	order := types.CompareDecimal(from, to)
	return !from.IsNaN() && (step.Sign() > 0 && order <= 0 || step.Sign() < 0 && order >= 0)
}
