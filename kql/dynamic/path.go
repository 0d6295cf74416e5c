package dynamic

// A Step is one step of a path into a value: a member's name or a position.
type Step struct {
	name  string
	index int
	isPos bool
}

// Name is the step d.name or d["name"].
func Name(name string) Step { return Step{name: name} }

// At is the step d[i]; a negative i counts from the end.
func At(i int) Step { return Step{index: i, isPos: true} }

// Member returns the name of the member that the step leads to; !ok for a position.
func (s Step) Member() (name string, ok bool) { return s.name, !s.isPos }

// Path follows steps from v. !ok, and null, if one leads nowhere: no such
// member or element, a name into an array, a position into a bag, anything into
// a scalar. An element can be there and be null.
func Path(v Value, steps ...Step) (val Value, ok bool) {
	for _, st := range steps {
		if !st.isPos {
			if v, ok = v.Member(st.name); !ok {
				return Value{}, false
			}
			continue
		}
		i, n := st.index, v.Len()
		if i < 0 {
			i += n
		}
		if v.Kind() != Array || uint(i) >= uint(n) {
			return Value{}, false
		}
		v = v.element(n, i)
	}
	return v, true
}
