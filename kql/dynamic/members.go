package dynamic

// ScanMembers calls f for each member of the bag that begins at offset from of
// the JSON text, with its name, escapes decoded, and the text of its value,
// which shares text's storage. It returns the offset behind the bag. It stops
// early, without an error, where f returns false. Blanks may stand before the
// bag; what follows it is not looked at. The error is a *SyntaxError.
func ScanMembers(text string, from int, f func(name, raw string) bool) (end int, err error) {
	i := skipBlank(text, from)
	if i >= len(text) || text[i] != '{' {
		return i, &SyntaxError{i}
	}
	i = skipBlank(text, i+1)
	if i < len(text) && text[i] == '}' {
		return i + 1, nil
	}
	for {
		begin := i
		next, escaped, ok := scanName(text, i)
		if !ok {
			return next, &SyntaxError{next}
		}
		valueEnd, ok := scanValue(text, next, MaxDepth)
		if !ok {
			return valueEnd, &SyntaxError{valueEnd}
		}
		if !f(memberName(text, begin, escaped), text[next:valueEnd]) {
			return valueEnd, nil
		}
		i = skipBlank(text, valueEnd)
		switch {
		case i < len(text) && text[i] == ',':
			i = skipBlank(text, i+1)
		case i < len(text) && text[i] == '}':
			return i + 1, nil
		default:
			return i, &SyntaxError{i}
		}
	}
}

// memberName returns the string whose opening quote is at i.
func memberName(text string, i int, escaped bool) string {
	end, _, _ := scanString(text, i)
	if !escaped {
		return text[i+1 : end-1]
	}
	return string(appendUnescaped(nil, text[i+1:end-1]))
}

// ScanElements calls f for each element of the array that begins at offset from
// of the JSON text, with the element's offset and text. It returns, stops and
// fails as ScanMembers does.
func ScanElements(text string, from int, f func(at int, raw string) bool) (end int, err error) {
	i := skipBlank(text, from)
	if i >= len(text) || text[i] != '[' {
		return i, &SyntaxError{i}
	}
	i = skipBlank(text, i+1)
	if i < len(text) && text[i] == ']' {
		return i + 1, nil
	}
	for {
		next, ok := scanValue(text, i, MaxDepth)
		if !ok {
			return next, &SyntaxError{next}
		}
		if !f(i, text[i:next]) {
			return next, nil
		}
		i = skipBlank(text, next)
		switch {
		case i < len(text) && text[i] == ',':
			i = skipBlank(text, i+1)
		case i < len(text) && text[i] == ']':
			return i + 1, nil
		default:
			return i, &SyntaxError{i}
		}
	}
}

// Unquote returns the text that a JSON string holds. raw is the string with its
// quotes, as ScanMembers gives it; the result shares its storage where there is
// no escape.
func Unquote(raw string) string {
	for i := 1; i < len(raw)-1; i++ {
		if raw[i] == '\\' {
			return string(appendUnescaped(nil, raw[1:len(raw)-1]))
		}
	}
	return raw[1 : len(raw)-1]
}
