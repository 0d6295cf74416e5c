package function_test

import (
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func double() function.Scalar {
	return function.Scalar{
		Doc: "Doubles a number.",
		Overloads: []function.Overload{{
			Sig:    "double(x: long): long",
			Kernel: function.Map1(types.Long, types.Long, func(x int64) int64 { return 2 * x }),
		}},
		Examples: []string{"double(2) -> 4"},
	}
}

func TestRegistryRejects(t *testing.T) {
	for want, change := range map[string]func(f *function.Scalar){
		"not a sentence": func(f *function.Scalar) { f.Doc = "Doubles" },
		"no example":     func(f *function.Scalar) { f.Examples = nil },
		"no kernel":      func(f *function.Scalar) { f.Overloads[0].Kernel.Run = nil },
		"kernel takes 1": func(f *function.Scalar) { f.Overloads[0].Sig = "double(x: long, y: long): long" },
		"unknown type":   func(f *function.Scalar) { f.Overloads[0].Sig = "double(x: lng): long" },
		"unknown result": func(f *function.Scalar) { f.Overloads[0].Sig = "double(x: long): lng" },
		"has no type":    func(f *function.Scalar) { f.Overloads[0].Sig = "double(x): long" },
		"no overload":    func(f *function.Scalar) { f.Overloads = nil },
		"overload named": func(f *function.Scalar) {
			f.Overloads = append(f.Overloads, f.Overloads[0])
			f.Overloads[1].Sig = "twice(x: long): long"
		},
		"want name(params)": func(f *function.Scalar) { f.Overloads[0].Sig = "double" },
	} {
		f := double()
		change(&f)
		_, err := function.NewRegistry(function.Family{Title: "t", Scalars: []function.Scalar{f}})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error is %v", want, err)
		}
	}
	_, err := function.NewRegistry(function.Family{Scalars: []function.Scalar{double(), double()}})
	if err == nil || !strings.Contains(err.Error(), "declared twice") {
		t.Errorf("twice: error is %v", err)
	}
}

func TestSignature(t *testing.T) {
	s, err := function.ParseSignature("f(a: const string|dynamic, b?: T number, rest...: T number): T")
	if err != nil {
		t.Fatal(err)
	}
	p := s.Params
	if p[0].Kind != function.ArgConst || !p[0].Accepts.Has(types.Dynamic) || p[0].Accepts.Has(types.Long) ||
		!p[1].Optional || p[1].Var != "T" || !p[2].Repeated || s.Var != "T" || s.Result != types.Unknown {
		t.Errorf("got %+v", s)
	}
}

// TestDictionariesAreEvaluatedOnce counts calls of the lifted function.
func TestDictionariesAreEvaluatedOnce(t *testing.T) {
	calls := 0
	k := function.Map2(types.String, types.Long, types.Long, func(s string, n int64) int64 {
		calls++
		return int64(len(s)) * n
	})
	c := function.NewCall(&function.Env{}, types.Long)
	dict := &column.Dict{Codes: make([]uint32, 1000), Values: column.NewVec(types.String, []string{"abc", "d"}, nil)}
	two := column.NewConst(types.Long, int64(2), 1000)
	for range 3 {
		out, err := k.Run(c, []column.Column{dict, two}, 1000)
		if err != nil {
			t.Fatal(err)
		}
		v := column.ViewOf[int64](out)
		if out.Len() != 1000 || v.At(999) != 6 {
			t.Fatalf("row 999 is %d", v.At(999))
		}
	}
	if calls != 2 {
		t.Errorf("%d calls for a dictionary of 2 over three batches", calls)
	}
}

// TestFewRowsOfALargeDictionary must not evaluate all of it.
func TestFewRowsOfALargeDictionary(t *testing.T) {
	calls := 0
	k := function.Map1(types.String, types.Long, func(s string) int64 { calls++; return int64(len(s)) })
	dict := &column.Dict{Codes: []uint32{7}, Values: column.NewVec(types.String, make([]string, 100_000), nil)}
	if _, err := k.Run(function.NewCall(&function.Env{}, types.Long), []column.Column{dict}, 1); err != nil {
		t.Fatal(err)
	}
	if calls != 1 {
		t.Errorf("%d calls for one row", calls)
	}
}

// TestConstantsThatVary calls with another constant in each batch over the same
// dictionary, as happens where a column has one value throughout a batch.
func TestConstantsThatVary(t *testing.T) {
	mul := func(s string, n int64) int64 { return int64(len(s)) * n }
	dict := &column.Dict{Codes: make([]uint32, 10), Values: column.NewVec(types.String, []string{"abc"}, nil)}
	c := function.NewCall(&function.Env{}, types.Long)
	two := function.Map2(types.String, types.Long, types.Long, mul)
	three := function.Map3(types.Long, types.String, types.Long, types.Long, func(a int64, s string, b int64) int64 { return a * mul(s, b) })
	for n := int64(1); n < 4; n++ {
		by := column.NewConst(types.Long, n, 10)
		for i, k := range []function.Kernel{two, three} {
			args := []column.Column{dict, by}
			if i == 1 {
				args = []column.Column{column.NewConst(types.Long, int64(1), 10), dict, by}
			}
			out, err := k.Run(c, args, 10)
			if err != nil {
				t.Fatal(err)
			}
			if v := column.ViewOf[int64](out); v.At(5) != 3*n {
				t.Errorf("kernel of %d arguments by %d is %d", len(args), n, v.At(5))
			}
		}
	}
}

func TestNulls(t *testing.T) {
	b := column.NewTypedBuilder[int64](types.Long, 2)
	b.Append(1)
	b.AppendNull()
	col := b.Finish()
	half := function.Map1Null(types.Long, types.Long, func(x int64) (int64, bool) { return x / 2, x%2 == 0 })
	sum := function.Map3(types.Long, types.Long, types.Long, types.Long, func(a, b, c int64) int64 { return a + b + c })
	c := function.NewCall(&function.Env{}, types.Long)
	out, err := half.Run(c, []column.Column{col}, 2)
	if err != nil || !out.Null(0) || !out.Null(1) {
		t.Errorf("half: %v %v %v", out.Null(0), out.Null(1), err)
	}
	one := column.NewConst(types.Long, int64(1), 2)
	out, err = sum.Run(c, []column.Column{one, col, one}, 2)
	v := column.ViewOf[int64](out)
	if err != nil || v.At(0) != 3 || !out.Null(1) {
		t.Errorf("sum: %v %v", v.At(0), err)
	}
	out, err = sum.Run(c, []column.Column{one, one, one}, 2)
	if _, constant := out.(*column.Const); err != nil || !constant {
		t.Errorf("constants gave %T, %v", out, err)
	}
}
