package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func schemaAggregates() []function.Aggregate {
	return []function.Aggregate{{
		Doc: "Returns the smallest schema that admits all values of the group.",
		Overloads: []function.AggregateOverload{
			{Sig: "buildschema(expr: bag): dynamic", In: []types.Type{types.Dynamic}, New: newSchema},
		},
		Examples:   []string{`dynamic({"a":1}), dynamic({"a":"z"}) | buildschema(x) -> {"a":["long","string"]}`},
		ResultName: function.NamePrefix,
		Prefix:     "schema",
	}}
}

// A valueSchema is what a value may be: some kinds of scalars, a bag with
// members, an array of elements. Nulls say nothing.
//
// Source: the Kusto documentation, "buildschema()".
type valueSchema struct {
	kinds   []dynamic.Kind // in the order in which they came
	names   []string       // members, in that order too
	members map[string]*valueSchema
	items   *valueSchema
}

func (s *valueSchema) add(v dynamic.Value) {
	switch k := v.Kind(); k {
	case dynamic.Null:
	case dynamic.Array:
		if s.items == nil {
			s.items = &valueSchema{}
		}
		for _, e := range v.Elements() {
			s.items.add(e)
		}
	case dynamic.Bag:
		if s.members == nil {
			s.members = map[string]*valueSchema{}
		}
		for name, m := range v.Members() {
			s.member(name).add(m)
		}
	default:
		s.addKind(k)
	}
}

func (s *valueSchema) addKind(k dynamic.Kind) {
	for _, have := range s.kinds {
		if have == k {
			return
		}
	}
	s.kinds = append(s.kinds, k)
}

func (s *valueSchema) member(name string) *valueSchema {
	m := s.members[name]
	if m == nil {
		m = &valueSchema{}
		s.members[name] = m
		s.names = append(s.names, name)
	}
	return m
}

func (s *valueSchema) merge(o *valueSchema) {
	for _, k := range o.kinds {
		s.addKind(k)
	}
	if o.members != nil && s.members == nil {
		s.members = map[string]*valueSchema{}
	}
	for _, name := range o.names {
		s.member(name).merge(o.members[name])
	}
	if o.items != nil {
		if s.items == nil {
			s.items = &valueSchema{}
		}
		s.items.merge(o.items)
	}
}

// value prints the schema: one form, or the array of the forms that occurred;
// null if nothing did.
func (s *valueSchema) value() dynamic.Value {
	var forms []dynamic.Value
	for _, k := range s.kinds {
		forms = append(forms, dynamic.FromString(k.String()))
	}
	if s.items != nil {
		var b dynamic.BagBuilder
		b.Set("`indexer`", s.items.value())
		forms = append(forms, b.Value())
	}
	if s.members != nil {
		var b dynamic.BagBuilder
		for _, name := range s.names {
			b.Set(name, s.members[name].value())
		}
		forms = append(forms, b.Value())
	}
	switch len(forms) {
	case 0:
		return dynamic.Value{}
	case 1:
		return forms[0]
	}
	return arrayOf(forms)
}

// arrayOf returns the array of vals.
func arrayOf(vals []dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, v := range vals {
		b.Append(v)
	}
	return b.Value()
}

func newSchema(*function.AggregateCall) (function.Accumulator, error) { return &schemaAcc{}, nil }

type schemaAcc struct{ groups []valueSchema }

func (a *schemaAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.groups = grown(a.groups, total)
	v := column.ViewOf[dynamic.Value](args[0])
	for i, g := range groups {
		a.groups[g].add(v.At(i))
	}
	return nil
}

func (a *schemaAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*schemaAcc](from)
	if err != nil {
		return err
	}
	a.groups, f.groups = grown(a.groups, total), grown(f.groups, len(groups))
	for i, g := range groups {
		a.groups[g].merge(&f.groups[i])
	}
	return nil
}

func (a *schemaAcc) Result(total int) (column.Column, error) {
	a.groups = grown(a.groups, total)
	out := make([]dynamic.Value, total)
	for g := range out {
		out[g] = a.groups[g].value()
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func (a *schemaAcc) Size() int64 { return sizeOf(a.groups) }
