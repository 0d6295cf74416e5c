package kql_test

import (
	"context"
	"slices"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestFilter finds rows by predicates as people write them.
func TestFilter(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	schema := types.NewSchema(types.Column{Name: "User", Type: types.String}, types.Column{Name: "N", Type: types.Long})
	rows := column.NewBatch(4, []column.Column{
		column.NewVec(types.String, []string{"ada", "bob", "", "ada"}, nil),
		column.NewVec(types.Long, []int64{1, 2, 3, 4}, nil),
	})
	for predicate, want := range map[string][]uint32{
		"User == 'ada'":          {0, 3},
		"isempty(User) or N < 2": {0, 2},
		"N > 100":                nil,
		"true // all":            {0, 1, 2, 3},
	} {
		f, diags := engine.Filter(predicate, schema)
		if len(diags) > 0 {
			t.Errorf("%s: %v", predicate, diags)
		}
		got, err := f.Rows(context.Background(), rows, kql.RunOptions{})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s finds %v, %v; want %v", predicate, got, err, want)
		}
	}
	_, diags := engine.Filter("User == 'ada' and Nmae > 1", schema)
	if len(diags) != 1 || diags[0].Pos != 18 || diags[0].End != 22 {
		t.Errorf("the wrong name is at %+v, want 18 to 22", diags)
	}
	f, _ := engine.Filter("true) | project x = (1", schema)
	if _, err := f.Rows(context.Background(), rows, kql.RunOptions{}); err == nil {
		t.Error("what is more than a predicate ran")
	}
}
