package syntax

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// corpusFeatures is what the official syntax tree of a query uses.
type corpusFeatures struct {
	corpusQuery
	Operators []string `json:"operators"`
	StringOps []string `json:"string_ops"`
	BinaryOps []string `json:"binary_ops"`
}

// TestCorpusFeatures compares what our trees use with what the official ones do.
func TestCorpusFeatures(t *testing.T) {
	for _, q := range readLines[corpusFeatures](t, "corpus/rules-dev.jsonl") {
		if q.SyntaxErrors.Count > 0 {
			continue
		}
		tree, _ := Parse(q.Query)
		operators, ops := map[string]bool{}, map[string]bool{}
		Walk(tree, func(n Node) bool {
			switch n := n.(type) {
			case Operator:
				operators[operatorName(n)] = true
			case *BinaryExpr:
				ops[n.Op.String()] = true
			case *InExpr:
				ops[n.Op.String()] = true
			case *BetweenExpr:
				ops[map[bool]string{false: "between", true: "!between"}[n.Not]] = true
			}
			return true
		})
		compareNames(t, q.ID, "operators", operators, q.Operators)
		compareNames(t, q.ID, "infix operators", ops, append(q.StringOps, q.BinaryOps...))
	}
}

func compareNames(t *testing.T, id, what string, got map[string]bool, want []string) {
	t.Helper()
	wanted := map[string]bool{}
	for _, w := range want {
		switch w {
		case "<>":
			w = "!="
		case "notcontains":
			w = "!contains"
		case "containscs":
			w = "contains_cs"
		}
		wanted[w] = true
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("%s: %s: got %v, want %v", id, what, names(got), names(wanted))
	}
}

func names(set map[string]bool) []string {
	var out []string
	for n := range set {
		out = append(out, n)
	}
	slices.Sort(out)
	return out
}

// operatorName is the operator's name in KQL, by the name of its type: MvExpandOp is mv-expand.
func operatorName(op Operator) string {
	name := strings.TrimSuffix(reflect.TypeOf(op).Elem().Name(), "Op")
	if name == "GetSchema" {
		return "getschema"
	}
	var b strings.Builder
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r |= 0x20
		}
		b.WriteRune(r)
	}
	return b.String()
}
