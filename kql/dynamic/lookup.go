package dynamic

// A Lookup looks one path up in JSON texts without building their values: a text
// is scanned once, and only what the path leads to is built. Text that is no
// JSON is a string, into which no path leads; so text is checked to its end even
// when the path's end was found.
//
// It learns the shapes of the texts, and is not safe for concurrent use. It keeps
// nothing of a text.
type Lookup struct {
	steps  []Step
	shapes shapeTree
	p      Parser
}

// NewLookup returns a Lookup of the path steps.
func NewLookup(steps []Step) *Lookup { return &Lookup{steps: steps} }

// Value returns what Path(FromText(text), steps...) does.
func (l *Lookup) Value(text string) (Value, bool) {
	if len(l.steps) == 0 {
		return l.p.FromText(text), true
	}
	raw, ok := l.raw(text)
	if !ok {
		return Value{}, false
	}
	return l.p.build(raw), true
}

// Text returns what tostring() makes of Value's answer, "" if the path leads
// nowhere. The string shares text's storage where it can, so that most look-ups
// do not allocate.
func (l *Lookup) Text(text string) string {
	if len(l.steps) == 0 {
		return l.p.FromText(text).String()
	}
	raw, ok := l.raw(text)
	if !ok {
		return ""
	}
	switch c := raw[0]; {
	case c == 'n':
		return ""
	case c == 't' || c == 'f':
		return raw
	case c == '"':
		if _, escaped, _ := scanString(raw, 0); !escaped {
			return raw[1 : len(raw)-1]
		}
	case c-'1' <= 8 && len(raw) <= 18:
		if skipDigits(raw, 0) == len(raw) {
			return raw
		}
	}
	return l.p.build(raw).String()
}

// LookupJSON looks a path up in one text; see [Lookup].
func LookupJSON(text string, steps ...Step) (Value, bool) { return NewLookup(steps).Value(text) }

// build makes a value of text that is known to be JSON without blanks around.
func (p *Parser) build(raw string) Value {
	if raw[0] == '"' {
		if _, escaped, _ := scanString(raw, 0); !escaped {
			return FromString(raw[1 : len(raw)-1])
		}
	}
	v, _ := p.Parse(raw)
	return v
}

// raw returns the part of text that the path leads to.
func (l *Lookup) raw(text string) (raw string, ok bool) {
	if len(text) > maxText {
		return "", false
	}
	learns := l.shapes.pays()
	if learns {
		if raw, found, known := l.shapes.find(text); known {
			return raw, found
		}
	}
	f := finder{s: text}
	i, ok := f.value(skipBlank(text, 0), MaxDepth, l.steps)
	if !ok || skipBlank(text, i) != len(text) {
		return "", false
	}
	found := f.to > 0
	if learns {
		l.shapes.learn(text, f.from, f.to, found)
	}
	return text[f.from:f.to], found
}

// A finder scans text along a path. from and to are what the path leads to, as
// far as is known: a later member of the same name takes an earlier one's place.
type finder struct {
	s        string
	from, to int
}

// value scans the value at i, which steps lead into.
func (f *finder) value(i, depth int, steps []Step) (next int, ok bool) {
	f.from, f.to = 0, 0
	if len(steps) == 0 {
		if next, ok = scanValue(f.s, i, depth); ok {
			f.from, f.to = i, next
		}
		return next, ok
	}
	if i < len(f.s) && depth > 0 {
		switch st := steps[0]; {
		case f.s[i] == '{' && !st.isPos:
			return f.bag(i, depth, steps)
		case f.s[i] == '[' && st.isPos:
			return f.array(i, depth, steps)
		}
	}
	return scanValue(f.s, i, depth)
}

func (f *finder) bag(i, depth int, steps []Step) (next int, ok bool) {
	name := steps[0].name
	i = skipBlank(f.s, i+1)
	if i < len(f.s) && f.s[i] == '}' {
		return i + 1, true
	}
	for {
		at := i
		var escaped bool
		if i, escaped, ok = scanName(f.s, i); !ok {
			return i, false
		}
		if nameIs(f.s, at, name, escaped) {
			i, ok = f.value(i, depth-1, steps[1:])
		} else {
			i, ok = scanValue(f.s, i, depth-1)
		}
		if !ok {
			return i, false
		}
		i = skipBlank(f.s, i)
		switch {
		case i < len(f.s) && f.s[i] == ',':
			i = skipBlank(f.s, i+1)
		case i < len(f.s) && f.s[i] == '}':
			return i + 1, true
		default:
			return i, false
		}
	}
}

// nameIs reports whether the JSON string at i is name.
func nameIs(s string, i int, name string, escaped bool) bool {
	if !escaped {
		end := i + 1 + len(name)
		return end < len(s) && s[end] == '"' && s[i+1:end] == name
	}
	end, _, _ := scanString(s, i)
	var buf [64]byte
	return string(appendUnescaped(buf[:0], s[i+1:end-1])) == name
}

func (f *finder) array(i, depth int, steps []Step) (next int, ok bool) {
	want := steps[0].index
	if want < 0 {
		n := countElements(f.s, i, depth)
		if want += n; want < 0 {
			return scanValue(f.s, i, depth)
		}
	}
	i = skipBlank(f.s, i+1)
	if i < len(f.s) && f.s[i] == ']' {
		return i + 1, true
	}
	for n := 0; ; n++ {
		if n == want {
			i, ok = f.value(i, depth-1, steps[1:])
		} else {
			i, ok = scanValue(f.s, i, depth-1)
		}
		if !ok {
			return i, false
		}
		i = skipBlank(f.s, i)
		switch {
		case i < len(f.s) && f.s[i] == ',':
			i = skipBlank(f.s, i+1)
		case i < len(f.s) && f.s[i] == ']':
			return i + 1, true
		default:
			return i, false
		}
	}
}

// countElements counts the elements of the array at i, up to a mistake in it.
func countElements(s string, i, depth int) int {
	i = skipBlank(s, i+1)
	if i < len(s) && s[i] == ']' {
		return 0
	}
	for n := 1; ; n++ {
		next, ok := scanValue(s, i, depth-1)
		if next = skipBlank(s, next); !ok || next >= len(s) || s[next] != ',' {
			return n
		}
		i = skipBlank(s, next+1)
	}
}
