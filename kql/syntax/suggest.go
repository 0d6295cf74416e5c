package syntax

// suggestOperator is the operator that word is most like, or empty if it is like none.
func suggestOperator(word string) string {
	best, bestDistance := "", 3
	if len(word) < 5 {
		bestDistance = 2
	}
	for _, k := range keywords {
		if d := editDistance(word, k.text, bestDistance); d < bestDistance && isOperator(k.text) {
			best, bestDistance = k.text, d
		}
	}
	return best
}

// isOperator asks the parser itself, so that there is no second list of operators.
func isOperator(word string) bool {
	p := &parser{text: word, toks: lex(word).tokens}
	return p.operator() != nil
}

// editDistance is the number of letters to insert, remove, replace or swap with the next to
// make b of a; limit if it is as much or more.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, prev, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1]|0x20 == b[j-1]|0x20 {
				cost = 0
			}
			row[j] = min(prev[j]+1, row[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, prev, row = prev, row, before
	}
	return min(prev[len(b)], limit)
}
