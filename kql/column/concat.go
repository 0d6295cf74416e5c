package column

import "github.com/calypso-kql/calypso/kql/types"

// Concat joins the rows of batches, all of schema s, into one batch. Lazy
// columns are read. Dictionaries survive.
func Concat(s types.Schema, batches []*Batch) (*Batch, error) {
	if len(batches) == 1 {
		return batches[0], nil
	}
	n := 0
	for _, b := range batches {
		n += b.n
	}
	cols := make([]Column, s.Len())
	parts := make([]Column, len(batches))
	for i := range cols {
		for j, b := range batches {
			c, err := b.Column(i)
			if err != nil {
				return nil, err
			}
			parts[j] = c
		}
		cols[i] = concatColumns(s.Columns[i].Type, parts, n)
	}
	return &Batch{n: n, cols: cols}, nil
}

func concatColumns(t types.Type, parts []Column, n int) Column {
	if d := concatDict(t, parts, n); d != nil {
		return d
	}
	b := NewBuilder(t, n)
	for _, p := range parts {
		b.AppendColumn(p)
	}
	return b.Finish()
}

// concatDict joins dictionary columns by their codes; dictionaries that differ
// are put one after the other. It returns nil where that would not be smaller
// than the flat column.
func concatDict(t types.Type, parts []Column, n int) Column {
	offsets := map[Column]uint32{}
	var dicts []Column
	values := 0
	for _, p := range parts {
		d, ok := p.(*Dict)
		if !ok {
			return nil
		}
		if _, seen := offsets[d.Values]; !seen {
			offsets[d.Values] = uint32(values)
			dicts = append(dicts, d.Values)
			values += d.Values.Len()
		}
	}
	if len(dicts) == 0 || values > n {
		return nil
	}
	if t == types.String && len(dicts) > 1 && 4*values <= n {
		return oneDict(t, parts, n)
	}
	codes := make([]uint32, 0, n)
	for _, p := range parts {
		d := p.(*Dict)
		off := offsets[d.Values]
		for _, c := range d.Codes {
			codes = append(codes, c+off)
		}
	}
	if len(dicts) == 1 {
		return &Dict{Codes: codes, Values: dicts[0]}
	}
	b := NewBuilder(t, values)
	for _, d := range dicts {
		b.AppendColumn(d)
	}
	return &Dict{Codes: codes, Values: b.Finish()}
}

// oneDict joins dictionary columns of text that have far fewer values than rows: a
// text that several of them have is one value of the result.
func oneDict(t types.Type, parts []Column, n int) Column {
	var texts Numbering
	numbers := map[Column][]uint32{}
	codes := make([]uint32, 0, n)
	for _, p := range parts {
		d := p.(*Dict)
		known := numbers[d.Values]
		if known == nil {
			v := FlatVec[string](d.Values)
			known = make([]uint32, len(v.Vals))
			for i, s := range v.Vals {
				known[i] = texts.Number(s)
			}
			numbers[d.Values] = known
		}
		for _, c := range d.Codes {
			codes = append(codes, known[c])
		}
	}
	return &Dict{Codes: codes, Values: NewVec(t, texts.Texts, nil)}
}
