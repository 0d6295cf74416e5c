package detect

import (
	"maps"
	"slices"
)

const (
	// maxDetailValues is how many values a custom detail has at most.
	maxDetailValues = 50
	// maxDetailsText is how long, in bytes, the text of all of an alert's custom details is
	// at most; values beyond it are dropped.
	//
	// Source: Microsoft's page on custom details.
	maxDetailsText = 2 << 10
)

// details returns the custom details of an alert about the rows: of each column the values
// that differ, as far as there is room for them, in the order of the keys.
func (e *Evaluation) details(rows []int) map[string][]string {
	out := map[string][]string{}
	room := maxDetailsText - len(DetailsText(nil))
	for _, key := range slices.Sorted(maps.Keys(e.Rule.CustomDetails)) {
		room -= len(appendJSON(nil, key)) + len(`:[],`)
		out[key] = nil
	}
	var buf []byte
	for _, key := range slices.Sorted(maps.Keys(out)) {
		for _, v := range e.distinct(e.Rule.CustomDetails[key], rows) {
			buf = appendJSON(buf[:0], v)
			if len(buf)+1 <= room {
				room -= len(buf) + 1
				out[key] = append(out[key], v)
			}
		}
	}
	return out
}

// distinct returns the first values of a column that differ and are not empty.
func (e *Evaluation) distinct(col string, rows []int) []string {
	seen := map[string]bool{}
	var out []string
	for _, i := range rows {
		if v := e.cell(col, i); v != "" && !seen[v] && len(out) < maxDetailValues {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// DetailsText writes custom details as alerts hold them: a JSON object of arrays of texts,
// in the order of the keys.
func DetailsText(details map[string][]string) string {
	b := []byte{'{'}
	for i, key := range slices.Sorted(maps.Keys(details)) {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, key), ':', '[')
		for j, v := range details[key] {
			if j > 0 {
				b = append(b, ',')
			}
			b = appendJSON(b, v)
		}
		b = append(b, ']')
	}
	return string(append(b, '}'))
}
