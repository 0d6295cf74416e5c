package types

// ParseGUID reads a guid as toguid(string) does: 32 hexadecimal digits in any
// case, each of the usual four hyphens being optional. What follows the digits
// is ignored, as the documentation of toguid() says. !ok where Kusto answers
// null.
func ParseGUID(s string) (g GUID128, ok bool) {
	i := 0
	for n := range 32 {
		if (n == 8 || n == 12 || n == 16 || n == 20) && i < len(s) && s[i] == '-' {
			i++
		}
		if i >= len(s) {
			return GUID128{}, false
		}
		d, isHex := hexDigit(s[i])
		if !isHex {
			return GUID128{}, false
		}
		g[n/2] = g[n/2]<<4 | d
		i++
	}
	return g, true
}

// AppendGUID appends g in lower case with hyphens:
// 74be27de-1e4e-49d9-b579-fe0b331d3642.
func AppendGUID(dst []byte, g GUID128) []byte {
	const hex = "0123456789abcdef"
	for i, b := range g {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			dst = append(dst, '-')
		}
		dst = append(dst, hex[b>>4], hex[b&15])
	}
	return dst
}

// String returns g as AppendGUID prints it.
func (g GUID128) String() string { return string(AppendGUID(make([]byte, 0, 36), g)) }
