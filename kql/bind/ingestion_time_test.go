package bind_test

import (
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// TestIngestionTime checks which column ingestion_time() reads; it is null where
// there is none.
func TestIngestionTime(t *testing.T) {
	r := registry(t)
	c := &tables{sources: map[string]schemaOnly{
		"Arrived": {schema: schema("Id:long, ~_TimeReceived:datetime")},
		"Shown":   {schema: schema("Id:long, _TimeReceived:datetime")},
	}}
	for _, tt := range []struct {
		query, schema string
		null          bool
	}{
		{`Arrived | extend ingestion_time()`, "Id:long, $IngestionTime:datetime", false},
		{`Arrived | where Id > 1 | project t = ingestion_time()`, "t:datetime", false},
		{`let f = () { ingestion_time() }; Arrived | project t = f()`, "t:datetime", false},
		{`union Arrived, Arrived | summarize max(ingestion_time())`, "max_$IngestionTime:datetime", false},
		{`Arrived | project Id | project t = ingestion_time()`, "t:datetime", true},
		{`Shown | project t = ingestion_time()`, "t:datetime", true},
		{`print ingestion_time()`, "print_0:datetime", true},
	} {
		tree, diags := syntax.Parse(tt.query)
		p, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: c})
		if all := append(diags, more...); len(all) > 0 {
			t.Errorf("%s: %v", tt.query, all)
			continue
		}
		if got := p.Results[0].Schema().String(); got != tt.schema {
			t.Errorf("%s:\ngot  %s\nwant %s", tt.query, got, tt.schema)
		}
		// the builtin function, which is null, is what stands in the plan otherwise
		if null := contains(p.String(), "ingestion_time("); null != tt.null {
			t.Errorf("%s: null is %v\n%s", tt.query, null, p)
		}
	}
}
