package main

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// compare says how the engine's answer differs from the peer's, row by row;
// nothing if they are the same. Columns are matched by name, rows as a bag.
// tolerance allows a relative error in columns of numbers.
func compare(own, peer *answer, tolerance map[string]float64) []string {
	order, diffs := align(own, peer)
	if len(diffs) > 0 {
		return diffs
	}
	align := func(a *answer, order []int) [][]string {
		out := make([][]string, len(a.rows))
		for i, r := range a.rows {
			out[i] = make([]string, len(order))
			for j, c := range order {
				out[i][j] = r[c]
			}
		}
		return out
	}
	same := make([]int, len(own.names))
	for i := range same {
		same[i] = i
	}
	left, right := align(own, same), align(peer, order)
	for i, t := range own.types {
		if t == "dynamic" {
			for _, r := range right {
				r[i] = canonicalJSON(r[i])
			}
		}
	}
	var loose []int
	for i, n := range own.names {
		if tolerance[n] > 0 {
			loose = append(loose, i)
		}
	}
	return compareRows(left, right, own.names, loose, tolerance)
}

// align finds each of own's columns in peer.
func align(own, peer *answer) (order []int, diffs []string) {
	for _, n := range own.names {
		i := slices.Index(peer.names, n)
		if i < 0 {
			diffs = append(diffs, "column "+n+": not in the peer's answer")
		}
		order = append(order, i)
	}
	for _, n := range peer.names {
		if !slices.Contains(own.names, n) {
			diffs = append(diffs, "column "+n+": only in the peer's answer")
		}
	}
	return order, diffs
}

func compareRows(left, right [][]string, names []string, loose []int, tolerance map[string]float64) []string {
	// Loose columns sort last, so that rows pair by the others.
	key := func(r []string) string {
		var b strings.Builder
		for i, c := range r {
			if !slices.Contains(loose, i) {
				b.WriteString(c)
				b.WriteByte(0)
			}
		}
		return b.String()
	}
	byKey := func(a, b []string) int { return cmp.Compare(key(a), key(b)) }
	slices.SortFunc(left, byKey)
	slices.SortFunc(right, byKey)
	var diffs []string
	for i, j := 0, 0; i < len(left) || j < len(right); {
		switch {
		case j == len(right) || i < len(left) && byKey(left[i], right[j]) < 0:
			diffs = append(diffs, "only here: "+show(names, left[i]))
			i++
		case i == len(left) || byKey(left[i], right[j]) > 0:
			diffs = append(diffs, "only in the peer's answer: "+show(names, right[j]))
			j++
		default:
			for _, c := range loose {
				if !near(left[i][c], right[j][c], tolerance[names[c]]) {
					diffs = append(diffs, fmt.Sprintf("%s = %s, the peer has %s: %s", names[c], left[i][c], right[j][c], show(names, left[i])))
				}
			}
			i, j = i+1, j+1
		}
	}
	return diffs
}

func near(a, b string, tolerance float64) bool {
	x, err1 := strconv.ParseFloat(a, 64)
	y, err2 := strconv.ParseFloat(b, 64)
	return err1 == nil && err2 == nil && math.Abs(x-y) <= tolerance*max(math.Abs(x), math.Abs(y))
}

// show prints a row, cut to a line.
func show(names, row []string) string {
	var parts []string
	for i, c := range row {
		parts = append(parts, names[i]+"="+c)
	}
	s := strings.Join(parts, " ")
	if len(s) > 300 {
		s = s[:300] + "…"
	}
	return s
}

// hash is the same for answers of the same rows and columns.
func (a *answer) hash() string {
	columns := make([]int, len(a.names))
	for i := range columns {
		columns[i] = i
	}
	slices.SortFunc(columns, func(x, y int) int { return cmp.Compare(a.names[x], a.names[y]) })
	lines := make([]string, len(a.rows))
	for i, r := range a.rows {
		var b strings.Builder
		for _, c := range columns {
			b.WriteString(canonicalJSON(r[c]))
			b.WriteByte(0)
		}
		lines[i] = b.String()
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return fmt.Sprintf("%x", sum[:6])
}
