package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A set holds the items of a list. It is filled before it is asked.
type set[T any] interface {
	add(x T)
	has(x T) bool
	// test asks for each value of in, which is as long as out.
	test(out []bool, in []T)
}

// fewItems is up to how many items looking at each beats hashing.
const fewItems = 6

// A plainSet holds values that Go compares as Kusto does.
type plainSet[T plain] struct {
	few  []T
	many map[T]struct{} // nil while there are few
}

func newPlainSet[T plain]() set[T] { return &plainSet[T]{} }

func (s *plainSet[T]) add(x T) {
	if s.many == nil && len(s.few) < fewItems {
		s.few = append(s.few, x)
		return
	}
	if s.many == nil {
		s.many = map[T]struct{}{}
		for _, y := range s.few {
			s.many[y] = struct{}{}
		}
	}
	s.many[x] = struct{}{}
}

func (s *plainSet[T]) has(x T) bool {
	if s.many != nil {
		_, ok := s.many[x]
		return ok
	}
	for _, y := range s.few {
		if x == y {
			return true
		}
	}
	return false
}

func (s *plainSet[T]) test(out []bool, in []T) {
	if s.many != nil {
		for i, x := range in {
			_, out[i] = s.many[x]
		}
		return
	}
	for i, x := range in {
		for _, y := range s.few {
			if x == y {
				out[i] = true
				break
			}
		}
	}
}

// A textSet is a plainSet of texts that looks most texts up in a sieve only.
type textSet struct {
	plainSet[string]
	sieve column.Sieve // of many, once it has been asked for
	ready bool
	rows  []uint32 // scratch
}

func newTextSet() set[string] { return &textSet{} }

func (s *textSet) test(out []bool, in []string) {
	if s.many == nil {
		s.plainSet.test(out, in)
		return
	}
	if !s.ready {
		s.sieve, s.ready = column.NewSieve(len(s.many)), true
		for x := range s.many {
			s.sieve.Add(x)
		}
	}
	s.rows = s.sieve.Sift(in, s.rows[:0])
	for _, i := range s.rows {
		_, out[i] = s.many[in[i]]
	}
}

// A foldedSet holds texts without regard to case.
type foldedSet struct {
	few  []*needle
	many map[string]struct{} // in lower case
}

func newFoldedSet() set[string] { return &foldedSet{} }

func (s *foldedSet) add(x string) {
	if s.many == nil && len(s.few) < fewItems {
		s.few = append(s.few, foldedNeedle(x))
		return
	}
	if s.many == nil {
		s.many = map[string]struct{}{}
		for _, y := range s.few {
			s.many[y.text] = struct{}{}
		}
	}
	s.many[strings.ToLower(x)] = struct{}{}
}

func (s *foldedSet) has(x string) bool {
	if s.many != nil {
		return hasLowered(s.many, x)
	}
	for _, y := range s.few {
		if y.equals(x) {
			return true
		}
	}
	return false
}

func (s *foldedSet) test(out []bool, in []string) {
	as(out, in, s, func(x string, s *foldedSet) bool { return s.has(x) })
}

// hasLowered looks up x in lower case, without allocating if x is short and
// ASCII.
func hasLowered(m map[string]struct{}, x string) bool {
	var buf [64]byte
	if len(x) > len(buf) {
		_, ok := m[strings.ToLower(x)]
		return ok
	}
	for i := range len(x) {
		c := x[i]
		if c >= utf8.RuneSelf {
			_, ok := m[strings.ToLower(x)]
			return ok
		}
		if c-'A' < 26 {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	_, ok := m[string(buf[:len(x)])]
	return ok
}

// A decimalSet holds decimals in their normal form.
type decimalSet map[types.Decimal128]struct{}

func newDecimalSet() set[types.Decimal128] { return decimalSet{} }

func (s decimalSet) add(x types.Decimal128) { s[types.NormalDecimal(x)] = struct{}{} }

func (s decimalSet) has(x types.Decimal128) bool {
	_, ok := s[types.NormalDecimal(x)]
	return ok
}

func (s decimalSet) test(out []bool, in []types.Decimal128) {
	as(out, in, s, func(x types.Decimal128, s decimalSet) bool { return s.has(x) })
}

// A dynamicSet holds dynamic values, which are compared one by one.
type dynamicSet struct{ items []dynamic.Value }

func newDynamicSet() set[dynamic.Value] { return &dynamicSet{} }

func (s *dynamicSet) add(x dynamic.Value) { s.items = append(s.items, x) }

func (s *dynamicSet) has(x dynamic.Value) bool {
	for _, y := range s.items {
		if sameDynamic(x, y) {
			return true
		}
	}
	return false
}

func (s *dynamicSet) test(out []bool, in []dynamic.Value) {
	as(out, in, s, func(x dynamic.Value, s *dynamicSet) bool { return s.has(x) })
}
