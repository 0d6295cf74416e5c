package parquet

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// appendHybrid writes values as Parquet's mixture of runs and bit-packed groups;
// r decides which.
func appendHybrid(dst []byte, vals []uint32, width uint, r *rand.Rand) []byte {
	for len(vals) > 0 {
		if r.IntN(2) == 0 {
			n := 1
			for n < len(vals) && vals[n] == vals[0] {
				n++
			}
			dst = binary.AppendUvarint(dst, uint64(n)<<1)
			for i := range (width + 7) / 8 {
				dst = append(dst, byte(vals[0]>>(8*i)))
			}
			vals = vals[n:]
			continue
		}
		groups := min(1+r.IntN(4), (len(vals)+7)/8)
		packed := make([]byte, groups*int(width))
		n := min(8*groups, len(vals))
		for i, v := range vals[:n] {
			for b := range width {
				bit := uint(i)*width + b
				packed[bit/8] |= byte(v>>b&1) << (bit % 8)
			}
		}
		dst = append(binary.AppendUvarint(dst, uint64(groups)<<1|1), packed...)
		vals = vals[n:]
	}
	return dst
}

// slacked returns b with the slack behind it that buffers of pages have.
func slacked(b []byte) []byte {
	out := fresh(len(b))
	copy(out, b)
	return out
}

func TestHybrid(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for width := uint(0); width <= 32; width++ {
		for range 20 {
			vals := make([]uint32, 1+r.IntN(100))
			for i := range vals {
				vals[i] = r.Uint32() & uint32(1<<width-1)
				if i > 0 && r.IntN(3) > 0 {
					vals[i] = vals[i-1]
				}
			}
			src := slacked(appendHybrid([]byte{byte(width)}, vals, width, r))
			buf := make([]uint32, len(vals)+1)
			got, err := codesOf(buf, src, len(vals))
			if err != nil || !slices.Equal(got, vals) || buf[len(vals)] != 0 {
				t.Fatalf("width %d: %v, %d behind it, %v\nwant %v", width, got, buf[len(vals)], err, vals)
			}
			var at []int32
			var want []uint32
			for i, v := range vals {
				switch r.IntN(4) {
				case 0:
					at, want = append(at, int32(i)), append(want, v)
				case 1:
					at = append(at, -1)
				}
			}
			if got, err := codesAt(src, at); err != nil || !slices.Equal(got, want) {
				t.Fatalf("width %d at %v: %v, %v\nwant %v", width, at, got, err, want)
			}
		}
	}
}

func TestSlotsOfLevels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	levels := []uint32{1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1}
	slots, present, err := slotsOfLevels(slacked(appendHybrid(nil, levels, 1, r)), len(levels))
	if want := []int32{0, 1, -1, 2, -1, -1, -1, -1, -1, -1, 3}; err != nil || present != 4 || !slices.Equal(slots, want) {
		t.Errorf("slots %v, %d values, %v; want %v", slots, present, err, want)
	}
	if slots, present, err := slotsOfLevels([]byte{20, 1}, 10); slots != nil || present != 10 || err != nil {
		t.Errorf("no nulls: slots %v, %d values, %v", slots, present, err)
	}
}

func TestTexts(t *testing.T) {
	var page []byte
	var want []string
	for i := range 50 {
		s := fmt.Sprintf("%*d", i%7, i)
		want = append(want, s)
		page = append(binary.LittleEndian.AppendUint32(page, uint32(len(s))), s...)
	}
	got, err := appendText(nil, page, len(want))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("all: %q, %v", got, err)
	}
	got, err = textAt(page, []int32{-1, 0, 0, 7, -1, 49})
	if want := []string{want[0], want[0], want[7], want[49]}; err != nil || !slices.Equal(got, want) {
		t.Errorf("some: %q, %v; want %q", got, err, want)
	}
	starts, err := textStarts(page, len(want))
	d := &dictionary{page: page, starts: starts, gap: 4, n: len(want)}
	for i, s := range want {
		if err != nil || d.text(uint32(i)) != s {
			t.Fatalf("text %d is %q, %v; want %q", i, d.text(uint32(i)), err, s)
		}
	}
	for cut := range page {
		if _, err := appendText(nil, page[:cut], len(want)); err == nil {
			t.Errorf("cut at %d: no error", cut)
		}
		if _, err := textStarts(page[:cut], len(want)); err == nil {
			t.Errorf("starts, cut at %d: no error", cut)
		}
	}
	part := &dictionary{page: page[:100], starts: []uint32{4}, gap: 4, n: len(want)}
	part.measure()
	for i := range len(part.starts) - 1 {
		if part.text(uint32(i)) != want[i] {
			t.Errorf("of a part, text %d is %q", i, part.text(uint32(i)))
		}
	}
	if part.has(len(part.starts)) || !part.has(len(part.starts)-1) || part.has(-1) {
		t.Errorf("a part of %d texts says otherwise", len(part.starts)-1)
	}
}

// FuzzPages feeds damaged headers, codes and texts: errors, and no panics.
func FuzzPages(f *testing.F) {
	f.Add([]byte{0x15, 4, 0x15, 40, 0x15, 30, 0x2c, 0x15, 10, 0x15, 16, 0, 0}, 8)
	f.Add([]byte{3, 20, 5, 3, 0x88, 0xc6, 0xfa}, 18)
	f.Add([]byte{1, 0, 0, 0, 'a', 2, 0, 0, 0, 'b', 'c'}, 2)
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 || n > 1000 {
			return
		}
		data = slacked(data)
		if h, size, err := parsePageHeader(data); err == nil && (size > len(data) || h.values < 0) {
			t.Errorf("header of %d bytes in %d: %+v", size, len(data), h)
		}
		if codes, err := codesOf(nil, data, n); err == nil && len(codes) != n {
			t.Errorf("%d codes, want %d", len(codes), n)
		}
		if slots, present, err := slotsOfLevels(data, n); err == nil && slots != nil && (len(slots) != n || present > n) {
			t.Errorf("%d slots, %d values, want %d", len(slots), present, n)
		}
		at := make([]int32, n)
		for i := range at {
			at[i] = int32(2 * i)
		}
		if codes, err := codesAt(data, at); err == nil && len(codes) != n {
			t.Errorf("%d codes at places, want %d", len(codes), n)
		}
		if starts, err := textStarts(data, n); err == nil {
			d := &dictionary{page: data, starts: starts, gap: 4, n: n}
			for i := range n {
				_ = d.text(uint32(i))
			}
		}
		_, _ = appendText(nil, data, n)
		_, _ = textAt(data, at)
	})
}

// TestRunsBack reads what appendRuns has written.
func TestRunsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for width := uint(0); width <= 32; width++ {
		for range 20 {
			var vals []uint32
			for len(vals) < r.IntN(300) {
				v := uint32(r.Uint64() & (1<<width - 1))
				for range 1 + r.IntN(2)*r.IntN(40) {
					vals = append(vals, v)
				}
			}
			got := make([]uint32, len(vals))
			err := hybrid(got, slacked(appendRuns(nil, vals, width)), width)
			if err != nil || !slices.Equal(got, vals) {
				t.Fatalf("width %d: %v came back as %v, error %v", width, vals, got, err)
			}
		}
	}
}

func TestBoundsOfLongText(t *testing.T) {
	for _, high := range []string{
		strings.Repeat("a", 100), strings.Repeat("ä", 40) + "z", strings.Repeat("\U0010ffff", 30), strings.Repeat("x", 63) + "\u07ff\u07ff", strings.Repeat("\xff", 100),
	} {
		b := cutBounds(high, high)
		if string(b.low) > high || !b.unknown && (string(b.high) < high || len(b.high) > maxBound+4) {
			t.Errorf("%q has the bounds %q and %q", high, b.low, b.high)
		}
	}
}
