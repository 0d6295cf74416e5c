package syntax

import "strings"

// scanWord is the length of the name that s begins with, 0 if none.
func scanWord(s string) int {
	if s == "" || !isWordByte(s[0]) && s[0] != '$' {
		return 0
	}
	i := 1
	for i < len(s) && isWordByte(s[i]) {
		i++
	}
	return i
}

// word cuts a name, a keyword, a boolean, a typed literal such as long(1), a guid or an
// obfuscated string.
func (l *lexer) word() keyword {
	s := l.text[l.pos:]
	n := scanWord(s)
	w := s[:n]
	if n < len(s) && strings.IndexByte("-.~ ", s[n]) >= 0 {
		if k, ok := l.markedWord(w); ok {
			return k
		}
	}
	if k, ok := plainKeywords[w]; ok {
		if n < len(s) && s[n] == '(' {
			if t := typedLiteral(w); t != kBad {
				return l.typed(n, t)
			}
		}
		l.pos += n
		return k
	}
	switch {
	case w == "true" || w == "True" || w == "TRUE" || w == "false" || w == "False" || w == "FALSE":
		l.pos += n
		return keyword{kind: kBool}
	case isGUID(s):
		l.pos += 36
		return keyword{kind: kRawGUID}
	case n == 1 && (w == "h" || w == "H"):
		if m := l.stringLit(); m > 0 {
			l.pos += m
			return keyword{kind: kString}
		}
	}
	l.pos += n
	return keyword{kind: kIdent}
}

// markedWord looks for a keyword such as project-away that begins with w. As in Kusto, the
// longest one counts, and if a name goes on after it then w is a name and no keyword.
func (l *lexer) markedWord(w string) (keyword, bool) {
	s := l.text[l.pos:]
	for _, m := range markedKeywords[w] {
		if !strings.HasPrefix(s, m) {
			continue
		}
		if len(m) < len(s) && isWordByte(s[len(m)]) {
			l.pos += len(w)
			return keyword{kind: kIdent}, true
		}
		l.pos += len(m)
		return plainKeywords[m], true
	}
	return keyword{}, false
}

// marked cuts a keyword that begins with an exclamation mark.
func (l *lexer) marked(first string) keyword {
	s := l.text[l.pos:]
	for _, m := range markedKeywords[first] {
		if strings.HasPrefix(s, m) {
			if len(m) < len(s) && isWordByte(s[len(m)]) {
				return l.bad()
			}
			l.pos += len(m)
			return plainKeywords[m]
		}
	}
	if len(s) > 1 && isWordByte(s[1]) {
		return l.bad()
	}
	l.pos++
	return keyword{kind: kBang}
}

// typedLiteral is the kind of literal that the type name w makes of what follows it in
// parentheses, kBad if none: string("a") is a call, long(1) a literal.
func typedLiteral(w string) kind {
	switch w {
	case "long", "int64":
		return kLong
	case "int", "int32":
		return kInt
	case "real", "double":
		return kReal
	case "decimal":
		return kDecimal
	case "bool":
		return kBool
	case "datetime", "date":
		return kDateTime
	case "time", "timespan":
		return kTimespan
	case "guid":
		return kGUID
	}
	return kBad
}

// typed cuts a type name of n bytes with its literal: all up to the closing parenthesis, on
// the same line.
func (l *lexer) typed(n int, k kind) keyword {
	i := l.pos + n + 1
	end := i + lineLen(l.text[i:])
	if j := strings.IndexByte(l.text[i:end], ')'); j >= 0 {
		l.pos = i + j + 1
		return keyword{kind: k}
	}
	l.pos = end
	l.report(missingText(end, ")"))
	return keyword{kind: k}
}

// isGUID says whether s begins with a guid such as 01234567-89ab-cdef-0123-456789abcdef.
func isGUID(s string) bool {
	if len(s) < 36 {
		return false
	}
	for i := range 36 {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if s[i] != '-' {
				return false
			}
		} else if !isHexDigit(s[i]) {
			return false
		}
	}
	return true
}
