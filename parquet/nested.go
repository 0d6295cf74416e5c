package parquet

import (
	"errors"
	"fmt"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A node is a nested column or a part of it. It is read as a dynamic value:
// structs and maps as bags, lists as arrays.
//
// Source: the Parquet format, "Nested Encoding" and "Nested Types", the rules for
// lists and maps of older writers among them.
type node struct {
	form     nodeForm
	name     string
	optional bool
	repeated bool
	// def and rep are the levels at which the node itself is there.
	def, rep int
	// from and to are its leaves among those of the column.
	from, to int
	children []*node

	stored physical // of a leaf
	typ    types.Type
}

type nodeForm uint8

const (
	leafNode nodeForm = iota
	bagNode
	listNode // its child is repeated: the elements, or what wraps each
	mapNode  // its child is repeated: a key and a value
)

// nodeOf returns the node of c, whose first leaf has the number given.
func nodeOf(c *pq.Column, leaf, def, rep int) (*node, error) {
	n := &node{name: c.Name(), optional: c.Optional(), repeated: c.Repeated(), from: leaf, to: leaf}
	if n.optional || n.repeated {
		def++
	}
	if n.repeated {
		rep++
	}
	n.def, n.rep = def, rep
	if c.Leaf() {
		n.to++
		var err error
		if n.stored, n.typ, err = physicalOf(c); err != nil {
			return nil, fmt.Errorf("in %s, %w", c.Name(), err)
		}
		return n, nil
	}
	if _, ok := logicalOf(c).(*format.VariantType); ok {
		return nil, errors.New("its type VARIANT is not supported")
	}
	n.form = bagNode
	for _, child := range c.Columns() {
		sub, err := nodeOf(child, n.to, def, rep)
		if err != nil {
			return nil, err
		}
		n.children = append(n.children, sub)
		n.to = sub.to
	}
	if n.to == n.from {
		return nil, errors.New("it has no columns")
	}
	if len(n.children) == 1 && n.children[0].repeated {
		switch logicalOf(c).(type) {
		case *format.ListType:
			n.form = listNode
		case *format.MapType:
			if kv := n.children[0]; kv.form == bagNode && len(kv.children) <= 2 {
				n.form = mapNode
			}
		}
	}
	return n, nil
}

func logicalOf(c *pq.Column) format.LogicalTypeValue {
	if t := c.Type().LogicalType(); t != nil {
		return t.Value
	}
	return nil
}

// element returns what the elements of a list are, given its repeated child: the
// child itself, or what it wraps.
func (n *node) element() *node {
	r := n.children[0]
	if r.form != bagNode || len(r.children) != 1 || r.name == "array" || r.name == n.name+"_tuple" {
		return r
	}
	return r.children[0]
}

var errNested = errors.New("the levels of a nested value do not fit each other")

// read returns the value of one instance of n. values has, for each of its leaves,
// what the instance has of them: at least one, be it a null.
func (n *node) read(values [][]pq.Value) (dynamic.Value, error) {
	if n.repeated {
		return n.array(n, values)
	}
	return n.one(values)
}

// one is read for a node of which there is one at most.
func (n *node) one(values [][]pq.Value) (dynamic.Value, error) {
	if len(values) == 0 || len(values[0]) == 0 {
		return dynamic.Value{}, errNested
	}
	first := values[0][0]
	if first.DefinitionLevel() < n.def {
		return dynamic.Value{}, nil
	}
	switch n.form {
	case leafNode:
		return n.leaf(first), nil
	case listNode:
		return n.children[0].array(n.element(), values)
	case mapNode:
		return n.children[0].bag(values)
	}
	var b dynamic.BagBuilder
	for _, c := range n.children {
		v, err := c.read(values[c.from-n.from : c.to-n.from])
		if err != nil {
			return v, err
		}
		b.Set(c.name, v)
	}
	return b.Value(), nil
}

// array returns the elements of n, which is repeated: n itself or what it wraps.
func (n *node) array(element *node, values [][]pq.Value) (dynamic.Value, error) {
	var b dynamic.ArrayBuilder
	err := n.each(values, func(values [][]pq.Value) error {
		read := element.read
		if element == n {
			read = n.one
		}
		v, err := read(values[element.from-n.from : element.to-n.from])
		b.Append(v)
		return err
	})
	return b.Value(), err
}

// bag returns the entries of n, which is repeated, as a bag; keys that are not
// text as the text they print as.
func (n *node) bag(values [][]pq.Value) (dynamic.Value, error) {
	var b dynamic.BagBuilder
	err := n.each(values, func(values [][]pq.Value) error {
		key := n.children[0]
		name, err := key.read(values[key.from-n.from : key.to-n.from])
		if err != nil {
			return err
		}
		var v dynamic.Value
		if len(n.children) == 2 {
			value := n.children[1]
			v, err = value.read(values[value.from-n.from : value.to-n.from])
		}
		b.Set(name.String(), v)
		return err
	})
	return b.Value(), err
}

// each calls f with the values of every instance of n, which is repeated.
func (n *node) each(values [][]pq.Value, f func([][]pq.Value) error) error {
	if len(values) == 0 || len(values[0]) == 0 {
		return errNested
	}
	if values[0][0].DefinitionLevel() < n.def {
		return nil // none
	}
	rest := append([][]pq.Value(nil), values...)
	one := make([][]pq.Value, len(values))
	for len(rest[0]) > 0 {
		for i, v := range rest {
			if len(v) == 0 {
				return errNested
			}
			end := 1
			for end < len(v) && v[end].RepetitionLevel() > n.rep {
				end++
			}
			one[i], rest[i] = v[:end], v[end:]
		}
		if err := f(one); err != nil {
			return err
		}
	}
	return nil
}

// leaf returns a value that is there.
func (n *node) leaf(v pq.Value) dynamic.Value {
	p := n.stored
	switch n.typ {
	case types.Bool:
		return dynamic.FromBool(v.Boolean())
	case types.Int, types.Long:
		return dynamic.FromLong(p.word(v))
	case types.Real:
		if p.kind == pq.Float {
			return dynamic.FromReal(float64(v.Float()))
		}
		return dynamic.FromReal(v.Double())
	case types.DateTime:
		if p.kind == pq.Int96 {
			return dynamic.FromDateTime(int96Value(v))
		}
		return dynamic.FromDateTime(p.word(v))
	case types.TimeSpan:
		if p.kind == pq.FixedLenByteArray {
			return dynamic.FromTimeSpan(intervalTicks(v.ByteArray()))
		}
		return dynamic.FromTimeSpan(p.word(v))
	case types.Decimal:
		switch p.kind {
		case pq.Int32:
			return dynamic.FromDecimal(scaledDecimal(int64(v.Int32()), p.digits))
		case pq.Int64:
			return dynamic.FromDecimal(p.wholeDecimal(v.Int64()))
		}
		return dynamic.FromDecimal(wideDecimal(v.ByteArray(), p.digits))
	case types.GUID:
		return dynamic.FromGUID(types.GUID128(v.ByteArray()))
	case types.Dynamic:
		return dynamic.FromText(string(v.ByteArray()))
	}
	return dynamic.FromString(string(v.ByteArray()))
}
