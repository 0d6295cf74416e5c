package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// getSchema yields the columns of its input as rows, which are known without
// reading it; unless the input's rows decide which columns it has.
func (b *binder) getSchema(in table, op *syntax.GetSchemaOp) table {
	out := b.schemaRows(in, op)
	pending := false
	plan.EachNode(&plan.Query{Results: []plan.Result{{Root: in.node}}}, func(n plan.Node) {
		_, ok := n.(*plan.Pending)
		pending = pending || ok
	})
	if pending {
		out.node = &plan.Pending{Input: in.node, What: "getschema", Out: out.schema()}
	}
	return out
}

func (b *binder) schemaRows(in table, op *syntax.GetSchemaOp) table {
	s := in.schema().Visible()
	if p := syntax.FindParam(op.Params, "kind"); p != nil {
		if word := paramWord(p); word != "csl" {
			b.report(oneOfExpected(p.Value, "csl"))
		}
		return table{node: cslSchema(s), open: false}
	}
	names, ordinals := make([]string, s.Len()), make([]int64, s.Len())
	dotNet, kql := make([]string, s.Len()), make([]string, s.Len())
	for i, c := range s.Columns {
		names[i], ordinals[i], dotNet[i], kql[i] = c.Name, int64(i), "System."+c.Type.DotNet(), c.Type.String()
		if c.Type == types.Decimal {
			dotNet[i] = "System.Data.SqlTypes." + c.Type.DotNet()
		}
	}
	return table{node: &plan.Values{
		Out: types.NewSchema(
			types.Column{Name: "ColumnName", Type: types.String}, types.Column{Name: "ColumnOrdinal", Type: b.ordinalType()},
			types.Column{Name: "DataType", Type: types.String}, types.Column{Name: "ColumnType", Type: types.String}),
		Batches: []*column.Batch{column.NewBatch(s.Len(), []column.Column{
			column.NewVec(types.String, names, nil), column.NewVec(b.ordinalType(), ordinals, nil),
			column.NewVec(types.String, dotNet, nil), column.NewVec(types.String, kql, nil),
		})},
	}}
}

// cslSchema yields the schema as one text, as in a datatable declaration.
func cslSchema(s types.Schema) plan.Node {
	cols := make([]string, s.Len())
	for i, c := range s.Columns {
		cols[i] = c.Name + ":" + c.Type.String()
	}
	text := strings.Join(cols, ",")
	return &plan.Values{
		Out:     types.NewSchema(types.Column{Name: "Schema", Type: types.String}),
		Batches: []*column.Batch{column.NewBatch(1, []column.Column{column.NewVec(types.String, []string{text}, nil)})},
	}
}
