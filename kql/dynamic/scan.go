package dynamic

// MaxDepth is how deep arrays and bags may be nested in JSON text.
const MaxDepth = 512

// The scanners below check JSON text and find where things end. Each takes the
// position of the thing's first byte and returns the position behind it; !ok if
// the text is no JSON there, with next at the mistake.

// skipBlank returns the position of the next byte that is no JSON blank.
func skipBlank(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\n' || s[i] == '\r' || s[i] == '\t') {
		i++
	}
	return i
}

// scanString scans a string from its opening quote; escaped says whether there
// is a backslash in it.
func scanString(s string, i int) (next int, escaped, ok bool) {
	for i++; ; {
		i = skipPlain(s, i)
		if i >= len(s) {
			return i, escaped, false
		}
		switch s[i] {
		case '"':
			return i + 1, escaped, true
		case '\\':
			escaped = true
			n := escapeLen(s, i)
			if n == 0 {
				return i, true, false
			}
			i += n
		default: // a control character
			return i, escaped, false
		}
	}
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// skipPlain returns the position of the next quote, backslash or control
// character, looking at eight bytes at a time.
func skipPlain(s string, i int) int {
	for i+8 <= len(s) {
		w := le64(s, i)
		q, b := w^(ones*'"'), w^(ones*'\\')
		// Exact up to the first hit, which is all that counts here.
		hit := (w-ones*0x20)&^w | (q-ones)&^q | (b-ones)&^b
		if hit&highs != 0 {
			break
		}
		i += 8
	}
	for i < len(s) && (plain[s[i]] || s[i] >= 0x80) {
		i++
	}
	return i
}

// escapeLen returns the length of the escape that begins at i, or 0.
func escapeLen(s string, i int) int {
	if i+1 >= len(s) {
		return 0
	}
	switch s[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if _, ok := hex4(s, i+2); ok {
			return 6
		}
	}
	return 0
}

// hex4 reads four hexadecimal digits.
func hex4(s string, i int) (r rune, ok bool) {
	if i+4 > len(s) {
		return 0, false
	}
	for _, c := range []byte(s[i : i+4]) {
		switch {
		case c-'0' <= 9:
			c -= '0'
		case (c|0x20)-'a' < 6:
			c = (c | 0x20) - 'a' + 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// scanNumber scans a number; whole says that it has neither point nor exponent.
func scanNumber(s string, i int) (next int, whole, ok bool) {
	if s[i] == '-' {
		i++
	}
	from := i
	i = skipDigits(s, i)
	if i == from || s[from] == '0' && i > from+1 {
		return from, false, false
	}
	whole = true
	if i < len(s) && s[i] == '.' {
		whole = false
		from = i + 1
		if i = skipDigits(s, from); i == from {
			return i, false, false
		}
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		whole = false
		if i++; i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from = i
		if i = skipDigits(s, from); i == from {
			return i, false, false
		}
	}
	return i, whole, true
}

func skipDigits(s string, i int) int {
	for i < len(s) && s[i]-'0' <= 9 {
		i++
	}
	return i
}

// scanWord scans true, false or null.
func scanWord(s string, i int) (next int, ok bool) {
	switch s[i] {
	case 't':
		next = i + 4
		return next, next <= len(s) && s[i:next] == "true"
	case 'f':
		next = i + 5
		return next, next <= len(s) && s[i:next] == "false"
	case 'n':
		next = i + 4
		return next, next <= len(s) && s[i:next] == "null"
	}
	return i, false
}

// scanValue scans any value; depth is how many containers may still open.
func scanValue(s string, i, depth int) (next int, ok bool) {
	if i >= len(s) {
		return i, false
	}
	switch c := s[i]; {
	case c == '"':
		next, _, ok = scanString(s, i)
		return next, ok
	case c == '-' || c-'0' <= 9:
		next, _, ok = scanNumber(s, i)
		return next, ok
	case c == '{' || c == '[':
		return scanContainer(s, i, depth)
	}
	return scanWord(s, i)
}

func scanContainer(s string, i, depth int) (next int, ok bool) {
	if depth == 0 {
		return i, false
	}
	bag := s[i] == '{'
	end := s[i] + 2 // ] and } stand two behind [ and {
	i = skipBlank(s, i+1)
	if i < len(s) && s[i] == end {
		return i + 1, true
	}
	for {
		if bag {
			if i, _, ok = scanName(s, i); !ok {
				return i, false
			}
		}
		if i, ok = scanValue(s, i, depth-1); !ok {
			return i, false
		}
		i = skipBlank(s, i)
		switch {
		case i < len(s) && s[i] == ',':
			i = skipBlank(s, i+1)
		case i < len(s) && s[i] == end:
			return i + 1, true
		default:
			return i, false
		}
	}
}

// scanName scans a member's name and the colon, up to its value.
func scanName(s string, i int) (next int, escaped, ok bool) {
	if i >= len(s) || s[i] != '"' {
		return i, false, false
	}
	if i, escaped, ok = scanString(s, i); !ok {
		return i, escaped, false
	}
	i = skipBlank(s, i)
	if i >= len(s) || s[i] != ':' {
		return i, escaped, false
	}
	return skipBlank(s, i+1), escaped, true
}
