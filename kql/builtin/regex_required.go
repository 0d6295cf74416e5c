package builtin

import "regexp/syntax"

// maxRequired bounds the alternatives that are looked for before an expression
// is tried: beyond, trying it is cheaper.
const maxRequired = 8

// requiredTexts returns texts of which every match of re contains at least one,
// nil if there are none to be had.
func requiredTexts(re *syntax.Regexp) []*needle {
	switch re.Op {
	case syntax.OpLiteral:
		fold := re.Flags&syntax.FoldCase != 0
		n := newNeedle(string(re.Rune), fold)
		if fold && (n.runes != nil || foldsBeyondASCII(n)) {
			return nil // an expression folds more than a needle does
		}
		return []*needle{n}
	case syntax.OpCapture, syntax.OpPlus:
		return requiredTexts(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min > 0 {
			return requiredTexts(re.Sub[0])
		}
	case syntax.OpConcat:
		var best []*needle
		for _, sub := range re.Sub {
			if l := requiredTexts(sub); shortest(l) > shortest(best) {
				best = l
			}
		}
		return best
	case syntax.OpAlternate:
		var all []*needle
		for _, sub := range re.Sub {
			l := requiredTexts(sub)
			if l == nil || len(all)+len(l) > maxRequired {
				return nil
			}
			all = append(all, l...)
		}
		return all
	}
	return nil
}

// shortest returns the length of the shortest text, 0 if there is none.
func shortest(ns []*needle) int {
	if len(ns) == 0 {
		return 0
	}
	n := len(ns[0].text)
	for _, l := range ns {
		n = min(n, len(l.text))
	}
	return n
}
