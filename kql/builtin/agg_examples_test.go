package builtin_test

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
)

// TestAggregateExamples runs every example of every aggregate, over a column x
// of the type of the first literal.
func TestAggregateExamples(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, family := range engine.Functions().Families() {
		for i := range family.Aggregates {
			a := &family.Aggregates[i]
			t.Run(a.Name(), func(t *testing.T) {
				for _, example := range a.Examples {
					cut := strings.LastIndex(example, " -> ")
					literals, call, ok := strings.Cut(example[:max(cut, 0)], " | ")
					if !ok {
						t.Fatalf("example %q is not of the form values | call -> result", example)
					}
					first, _ := engine.Compile("print "+literals, kql.Tables{})
					typ := first.Results()[0].Columns[0].Type
					query := "datatable(x: " + typ.String() + ")[" + literals + "] | summarize " + call
					for _, plain := range []bool{false, true} {
						value, text := answer(t, engine, query, plain)
						if want := example[cut+4:]; value != want && text != want {
							t.Errorf("%s (without optimizer: %v)\n got %s or, as text, %q\nwant %s", query, plain, value, text, want)
						}
					}
				}
			})
		}
	}
}
