package builtin

import (
	"fmt"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// benchRows is the number of rows in a batch of the benchmarks.
const benchRows = 8192

// commandLines are texts like those of process events.
func commandLines(n int) column.Column {
	vals := make([]string, n)
	for i := range vals {
		vals[i] = fmt.Sprintf(`C:\Windows\System32\svchost.exe -k netsvcs -p -s Schedule%d "C:\Program Files\Agent\agent.exe" --id %x`, i%97, i*2654435761)
		if i%50 == 0 {
			vals[i] += " powershell -EncodedCommand SQBFAFgA"
		}
	}
	return column.NewVec(types.String, vals, nil)
}

func numbers[T int64 | float64](t types.Type, n int) column.Column {
	vals := make([]T, n)
	for i := range vals {
		vals[i] = T(i * 7919 % 1000)
	}
	return column.NewVec(t, vals, nil)
}

func BenchmarkKernels(b *testing.B) {
	longs, reals := numbers[int64](types.Long, benchRows), numbers[float64](types.Real, benchRows)
	lines := commandLines(benchRows)
	words := column.Gather(commandLines(200), sequence(benchRows, 200))
	text := func(s string) column.Column { return column.NewConst(types.String, s, benchRows) }
	long := func(n int64) column.Column { return column.NewConst(types.Long, n, benchRows) }
	nulls := column.NewVec(types.Long, column.FlatVec[int64](longs).Vals, column.NewBitmap(benchRows))
	list := func(n int) []column.Column {
		args := []column.Column{words}
		for i := range n {
			args = append(args, text(fmt.Sprintf("value number %d", i)))
		}
		return args
	}
	for _, bench := range []struct {
		name, op string
		out      types.Type
		args     []column.Column
	}{
		{"add/array-array", "+", types.Long, []column.Column{longs, longs}},
		{"add/array-const", "+", types.Long, []column.Column{longs, long(5)}},
		{"add/nulls", "+", types.Long, []column.Column{nulls, longs}},
		{"divide/array-const", "/", types.Long, []column.Column{longs, long(7)}},
		{"equal/long", "==", types.Bool, []column.Column{longs, long(5)}},
		{"equal/text", "==", types.Bool, []column.Column{words, text("powershell.exe")}},
		{"less/real", "<", types.Bool, []column.Column{reals, column.NewConst(types.Real, 500.0, benchRows)}},
		{"between/long", "between", types.Bool, []column.Column{longs, long(100), long(200)}},
		{"has/rare", "has", types.Bool, []column.Column{lines, text("EncodedCommand")}},
		{"has/frequent", "has", types.Bool, []column.Column{lines, text("agent")}},
		{"contains", "contains", types.Bool, []column.Column{lines, text("powershell")}},
		{"contains_cs", "contains_cs", types.Bool, []column.Column{lines, text("powershell")}},
		{"startswith", "startswith", types.Bool, []column.Column{lines, text(`c:\windows`)}},
		{"endswith_cs", "endswith_cs", types.Bool, []column.Column{lines, text("SQBFAFgA")}},
		{"equal-fold", "=~", types.Bool, []column.Column{words, text("POWERSHELL.EXE")}},
		{"in/longs", "in", types.Bool, []column.Column{longs, long(1), long(2), long(3)}},
		{"in/texts-3", "in", types.Bool, list(3)},
		{"in/texts-100", "in", types.Bool, list(100)},
		{"has_any/3", "has_any", types.Bool, []column.Column{lines, text("powershell"), text("mimikatz"), text("rundll32")}},
		{"matches-regex", "matches regex", types.Bool, []column.Column{lines, text(`(?i)powershell.*-enc\w+`)}},
		{"iff", "iff", types.String, []column.Column{column.NewConst(types.Bool, true, benchRows), words, words}},
		{"bin/datetime", "bin", types.DateTime, []column.Column{numbers[int64](types.DateTime, benchRows), column.NewConst(types.TimeSpan, int64(36), benchRows)}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			reg := scalarsUnderTest(b)
			f, ok := reg.Scalar(bench.op)
			if !ok {
				b.Fatalf("no operator %q", bench.op)
			}
			var kernel function.Kernel
			for _, o := range f.Overloads {
				if accepts(o.Signature.Params, bench.args) {
					kernel = o.Kernel
					break
				}
			}
			c := function.NewCall(testEnv(), bench.out)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := kernel.Run(c, bench.args, benchRows); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
		})
	}
}

// sequence returns n positions below limit, over and over.
func sequence(n, limit int) []uint32 {
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i % limit)
	}
	return rows
}
