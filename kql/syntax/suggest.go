package syntax

import (
	"strings"

	"github.com/calypso-kql/calypso/internal/spelling"
)

// suggestOperator is the operator that word is most like, or empty if it is like none.
func suggestOperator(word string) string {
	best, most := "", 2
	if len(word) < 5 {
		most = 1
	}
	for _, k := range keywords {
		if d := spelling.Distance(strings.ToLower(word), k.text, most); d <= most && isOperator(k.text) {
			best, most = k.text, d-1
		}
	}
	return best
}

// isOperator asks the parser itself, so that there is no second list of operators.
func isOperator(word string) bool {
	p := &parser{text: word, toks: lex(word).tokens}
	return p.operator() != nil
}
