package parquet

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/delta"
)

// deltaCases are integers that take few bits, many, or wrap around.
func deltaCases() map[string][]int64 {
	r := rand.New(rand.NewPCG(3, 4))
	cases := map[string][]int64{
		"one":   {math.MinInt64},
		"turns": {math.MaxInt64, math.MinInt64, math.MaxInt64, 0, -1},
	}
	for _, n := range []int{2, 32, 33, 128, 129, 130, 161, 5000} {
		even, near, wide := make([]int64, n), make([]int64, n), make([]int64, n)
		for i := range n {
			even[i], near[i], wide[i] = int64(7*i), 1_700_000_000_000_000+r.Int64N(90_000), int64(r.Uint64())
		}
		for name, vals := range map[string][]int64{"even": even, "near": near, "wide": wide} {
			cases[fmt.Sprint(name, " ", n)] = vals
		}
	}
	return cases
}

func plainOf(vals []int64) (out []byte) {
	for _, v := range vals {
		out = binary.LittleEndian.AppendUint64(out, uint64(v))
	}
	return out
}

// What is written is read again, by us and by the library, and what the library
// writes is read by us; also where nothing stands behind the page.
func TestDeltas(t *testing.T) {
	for name, vals := range deltaCases() {
		plain := plainOf(vals)
		theirs, err := new(delta.BinaryPackedEncoding).EncodeInt64(nil, vals)
		if err != nil {
			t.Fatal(err)
		}
		pages := map[string][]byte{"the library's": theirs}
		if ours, ok := appendDeltas([]byte("before"), plain, len(plain)/2); ok {
			pages["ours"] = ours[len("before"):]
			if 2*len(pages["ours"]) > len(plain) {
				t.Errorf("%s: %d bytes of %d", name, len(pages["ours"]), len(plain))
			}
			got, err := new(delta.BinaryPackedEncoding).DecodeInt64(make([]int64, 0, len(vals)), pages["ours"])
			if err != nil || !slices.Equal(got, vals) {
				t.Errorf("%s: the library reads ours as %v, %v", name, got, err)
			}
		} else if len(vals) >= 128 && name[:4] != "wide" {
			t.Errorf("%s: not worth it", name)
		}
		for whose, page := range pages {
			for _, behind := range []int{0, slack} {
				src := make([]byte, len(page)+behind)[:len(page)]
				copy(src, page)
				out := make([]byte, len(plain))
				if err := decodeDeltas(out, src); err != nil || !slices.Equal(out, plain) {
					t.Errorf("%s: %s with %d bytes behind it: %v", name, whose, behind, err)
				}
			}
		}
	}
}

// Damaged pages give an error or other integers, and nothing is written behind these.
func FuzzDeltas(f *testing.F) {
	for _, vals := range deltaCases() {
		page, _ := new(delta.BinaryPackedEncoding).EncodeInt64(nil, vals)
		f.Add(page, uint16(len(vals)))
	}
	f.Fuzz(func(t *testing.T, page []byte, n uint16) {
		out := make([]byte, wordSize*int(n)+1)
		out[len(out)-1] = 42
		_ = decodeDeltas(out[:len(out)-1], slices.Clip(page))
		if out[len(out)-1] != 42 {
			t.Fatal("written behind the end")
		}
	})
}
