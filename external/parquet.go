package external

import (
	"context"
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// parquetRecords reads a Parquet file, whose columns go to those of their names.
type parquetRecords struct {
	file   *parquet.File
	read   column.Reader
	schema types.Schema
	of     []field
	at     []int // of each column in what is read; -1 if the file lacks it
}

func openParquet(path string, s types.Schema, of []field) (records, error) {
	file, err := parquet.Open(path, parquet.Options{Declared: declaredOf(s, of), MaxBytes: maxBytes})
	if err != nil {
		return nil, err
	}
	return parquetRows(file, s, of)
}

// declaredOf returns the columns that fields take as they are.
func declaredOf(s types.Schema, of []field) types.Schema {
	var declared types.Schema
	for i, f := range of {
		if name, whole := columnName(f); whole {
			declared.Columns = append(declared.Columns, types.Column{Name: name, Type: s.Columns[i].Type})
		}
	}
	return declared
}

// parquetRows reads the rows of a file, which it closes.
func parquetRows(file *parquet.File, s types.Schema, of []field) (records, error) {
	r := &parquetRecords{file: file, schema: s, of: of}
	var scan plan.Scan
	for _, f := range of {
		name, _ := columnName(f)
		i := -1
		if _, ok := f.constant(); !ok {
			i = file.Schema().Index(name)
		}
		r.at = append(r.at, -1)
		if i >= 0 {
			r.at[len(r.at)-1] = len(scan.Columns)
			scan.Columns = append(scan.Columns, i)
		}
	}
	var err error
	if r.read, err = file.Open(context.Background(), scan); err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

// columnName is the column of a file that a field begins in, and whether it is all of
// it.
func columnName(f field) (name string, whole bool) {
	if len(f.path) == 0 {
		return "", false
	}
	name, isName := f.path[0].Member()
	return name, isName && len(f.path) == 1 && f.unix == 0
}

func (r *parquetRecords) close() error {
	r.read.Close()
	return r.file.Close()
}

// next implements records. The file's own batches are kept.
func (r *parquetRecords) next(ctx context.Context, _ int) (*column.Batch, error) {
	b, err := r.read.Next(ctx)
	if err != nil {
		return nil, err
	}
	cols := make([]column.Column, len(r.of))
	for i, f := range r.of {
		t := r.schema.Columns[i].Type
		text, isConst := f.constant()
		switch {
		case isConst:
			cols[i] = repeated(fromTexts(t, []string{text}), b.Len())
		case r.at[i] < 0:
			cols[i] = column.NullConst(t, b.Len())
		default:
			c, err := b.Column(r.at[i])
			if err != nil {
				return nil, err
			}
			if cols[i], err = r.converted(c, t, f); err != nil {
				return nil, err
			}
		}
	}
	return column.NewBatch(b.Len(), cols), nil
}

// converted returns the values of c that a field wants, as type t.
func (r *parquetRecords) converted(c column.Column, t types.Type, f field) (column.Column, error) {
	if _, whole := columnName(f); whole && c.Type() == t {
		return c, nil
	}
	vals, err := values(column.Flat(c))
	if err != nil {
		return nil, err
	}
	f.path = f.path[1:]
	for i, v := range vals {
		vals[i] = f.at(v)
	}
	return fromValues(t, vals), nil
}

// values returns the rows of a flat column as dynamic values.
func values(c column.Column) ([]dynamic.Value, error) {
	switch v := c.(type) {
	case *column.Vec[string]:
		return wrapped(v, dynamic.FromString), nil
	case *column.Vec[bool]:
		return wrapped(v, dynamic.FromBool), nil
	case *column.Vec[float64]:
		return wrapped(v, dynamic.FromReal), nil
	case *column.Vec[types.Decimal128]:
		return wrapped(v, dynamic.FromDecimal), nil
	case *column.Vec[types.GUID128]:
		return wrapped(v, dynamic.FromGUID), nil
	case *column.Vec[dynamic.Value]:
		return append([]dynamic.Value(nil), v.Vals...), nil
	case *column.Vec[int64]:
		switch v.Type() {
		case types.DateTime:
			return wrapped(v, dynamic.FromDateTime), nil
		case types.TimeSpan:
			return wrapped(v, dynamic.FromTimeSpan), nil
		}
		return wrapped(v, dynamic.FromLong), nil
	}
	return nil, fmt.Errorf("a column of %s cannot be converted", c.Type())
}

func wrapped[T column.Value](v *column.Vec[T], f func(T) dynamic.Value) []dynamic.Value {
	out := make([]dynamic.Value, v.Len())
	for i, x := range v.Vals {
		if !v.Null(i) {
			out[i] = f(x)
		}
	}
	return out
}
