package ingest

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// A key is a name of a member, the same for all objects that a decoder reads.
type key struct {
	id    int
	name  string
	token string // as it usually stands in the text, with quotes and colon
	role  role
	memo  memo
}

// A role is what a name may mean for the record as a whole.
type role uint8

const (
	roleNone role = iota
	roleCategory
	roleType
	roleTime
	roleProperties
	roleRecords // "records", "Records" (of AWS) or "value", which wrap records
	roleTables  // "tables" or "Tables", a query's answer
	roleOData   // "@odata.…", which stands beside "value"
	roleResults // "results" or "Results", Defender's answer to a query
	roleSchema  // "schema", "Schema" or "Stats", which stands beside results
	roleFrame   // "FrameType", of a part of Kusto's answer
)

func roleOf(name string) role {
	switch name {
	case "category":
		return roleCategory
	case "Type":
		return roleType
	case "time":
		return roleTime
	case "properties":
		return roleProperties
	case "records", "Records", "value":
		return roleRecords
	case "tables", "Tables":
		return roleTables
	case "results", "Results":
		return roleResults
	case "schema", "Schema", "Stats":
		return roleSchema
	case "FrameType":
		return roleFrame
	}
	if strings.HasPrefix(name, "@odata.") {
		return roleOData
	}
	return roleNone
}

// A value is the text of a JSON value. plain says that it needs no work: a string
// has no escapes, a container no blanks.
type value struct {
	raw   string
	plain bool
	slot  uint8  // of the memo, for id
	id    uint32 // values with the same id are the same; 0 says nothing
}

// valueOf returns s as a JSON string.
func valueOf(s string) value { return value{raw: dynamic.FromString(s).JSON()} }

func (v value) isNull() bool { return v.raw[0] == 'n' }

// text returns what the value becomes in a column: strings lose their quotes,
// numbers stay as written; arrays and bags stay JSON, without blanks, which is
// how Log Analytics keeps them in text columns. A null has none.
func (v value) text() string {
	switch v.raw[0] {
	case '"':
		if v.plain {
			return v.raw[1 : len(v.raw)-1]
		}
		return dynamic.Unquote(v.raw)
	case '{', '[':
		if v.plain {
			return v.raw
		}
		return compact(v.raw)
	case 'n':
		return ""
	}
	return v.raw
}

// isEmpty reports whether the value is null or an empty string: nothing that
// another value could be replaced by.
func (v value) isEmpty() bool { return v.raw == "" || v.raw[0] == 'n' || v.raw == `""` }

// A member is a key of an object with its value.
type member struct {
	key *key
	value
}

// A keyring knows the names met so far.
type keyring struct {
	byName map[string]*key
}

// forgetValues drops the values that the keys remember.
func (r *keyring) forgetValues() {
	for _, k := range r.byName {
		k.memo.forget()
	}
}

// maxKeys bounds a keyring: input whose names are made up as it goes must not
// fill the memory.
const maxKeys = 1 << 16

func (r *keyring) get(name string) *key {
	if k, ok := r.byName[name]; ok {
		return k
	}
	name = validText(strings.Clone(name))
	k := &key{id: len(r.byName), name: name, token: string(dynamic.FromString(name).AppendJSON(nil)) + ":", role: roleOf(name)}
	r.byName[name] = k
	return k
}

// A sequence is the keys that objects at some place have had, in an order that
// fits them: the next one there mostly has the same in the same order.
type sequence struct{ keys []*key }

const (
	// ahead is how many keys of a sequence are tried before the name is looked
	// up: some are in some objects only.
	ahead = 4
	// maxSequence bounds a sequence: nothing can be learnt from objects that
	// have nothing in common.
	maxSequence = 1024
)

// scanMembers scans the object at i and appends its members to dst. top says that
// it is a record: the members of its properties go to d.properties.
func (d *decoder) scanMembers(i int, seq *sequence, dst []member, top bool) (members []member, next int, ok bool) {
	sc := &d.scan
	lines := sc.lines
	if i = sc.skip(i); i >= len(sc.text) || sc.text[i] != '{' {
		return dst, i, false
	}
	if i = sc.skip(i + 1); i < len(sc.text) && sc.text[i] == '}' {
		return dst, i + 1, true
	}
	at := 0 // place in seq
	for {
		var k *key
		if k, at, i, ok = d.scanKey(i, seq, at); !ok {
			return dst, i, false
		}
		m := member{key: k}
		from := i
		if top && (k.role == roleRecords || k.role == roleResults) {
			d.listLine = sc.lines - lines
		}
		if top && k.role == roleProperties && i < len(sc.text) && sc.text[i] == '{' {
			d.properties, i, ok = d.scanMembers(i, &d.inner, d.properties[:0], false)
			m.raw = sc.text[from:i]
		} else {
			m.value, i, ok = d.scanValue(i, &k.memo)
		}
		if !ok {
			return dst, i, false
		}
		dst = append(dst, m)
		i = sc.skip(i)
		switch {
		case i < len(sc.text) && sc.text[i] == ',':
			i = sc.skip(i + 1)
		case i < len(sc.text) && sc.text[i] == '}':
			return dst, i + 1, true
		default:
			return dst, i, false
		}
	}
}

// scanValue scans the value at i, unless m has it.
func (d *decoder) scanValue(i int, m *memo) (v value, next int, ok bool) {
	sc := &d.scan
	wanted, slot := m.wanted(), 0
	if wanted {
		slot = m.slot(sc.text, i)
		if v, ok := m.find(sc.text, i, slot); ok {
			return v, i + len(v.raw), true
		}
	}
	blanks := sc.blanks
	next, escaped, ok := sc.value(i)
	if !ok {
		return v, next, false
	}
	v = value{raw: sc.text[i:next], plain: !escaped && sc.blanks == blanks}
	if wanted && sc.blanks == blanks {
		d.values++
		v.slot, v.id = uint8(slot), d.values
		m.remember(v, slot)
	}
	return v, next, true
}

// scanKey scans a member's name and the colon. at is where the sequence expects
// it; where it is something else, the sequence learns.
func (d *decoder) scanKey(i int, seq *sequence, at int) (k *key, after, next int, ok bool) {
	sc := &d.scan
	for n := at; n < min(at+ahead, len(seq.keys)); n++ {
		k := seq.keys[n]
		if strings.HasPrefix(sc.text[i:], k.token) {
			return k, n + 1, sc.skip(i + len(k.token)), true
		}
	}
	if i >= len(sc.text) || sc.text[i] != '"' {
		return nil, at, i, false
	}
	end, escaped, ok := sc.str(i)
	if !ok {
		return nil, at, end, false
	}
	name := sc.text[i+1 : end-1]
	if escaped {
		name = dynamic.Unquote(sc.text[i:end])
	}
	k = d.keys.get(name)
	if len(seq.keys) == maxSequence {
		seq.keys, at = seq.keys[:0], 0
	}
	seq.keys = slices.Insert(seq.keys, at, k)
	next, ok = sc.colon(end)
	return k, at + 1, next, ok
}
