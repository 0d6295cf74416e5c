package dynamic

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// A SyntaxError says where text stops being JSON.
type SyntaxError struct {
	Offset int // bytes from the beginning
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("no JSON at byte %d", e.Offset) }

// ParseJSON reads JSON text (RFC 8259). Whole numbers that fit are long, all
// others real; a name that occurs twice in a bag keeps its first place and its
// last value; an escaped surrogate that has no partner becomes U+FFFD. Lenient
// in one thing: bytes that are not UTF-8 are kept. The error is a *SyntaxError;
// parse_json() then answers the text itself, which is FromText.
func ParseJSON(s string) (Value, error) {
	var p Parser
	return p.Parse(s)
}

// FromText returns what parse_json(string) does: the value that s is the JSON
// of, or s itself, as a string, if it is no JSON; null if s is empty.
func FromText(s string) Value {
	var p Parser
	return p.FromText(s)
}

// A Parser is ParseJSON with buffers that serve again: one allocation a value.
// The zero Parser is ready for use; it is for one goroutine.
type Parser struct {
	s    string
	buf  []byte
	ends []uint32
}

// FromText is the function FromText.
func (p *Parser) FromText(s string) Value {
	if s == "" {
		return Value{}
	}
	if _, ok := p.parse(s); !ok {
		return FromString(s)
	}
	return Value{string(p.buf)}
}

// maxText is the length above which offsets of 32 bits could overflow: a digit
// and its comma can take 13 bytes.
const maxText = math.MaxUint32 / 16

// Parse is ParseJSON.
func (p *Parser) Parse(s string) (Value, error) {
	if i, ok := p.parse(s); !ok {
		return Value{}, &SyntaxError{i}
	}
	return Value{string(p.buf)}, nil
}

// parse leaves the encoding of s in p.buf, or returns where s is no JSON.
func (p *Parser) parse(s string) (mistake int, ok bool) {
	if len(s) > maxText {
		return maxText, false
	}
	if cap(p.buf) < len(s) {
		// Offsets take about what quotes and blanks took.
		p.buf, p.ends = make([]byte, 0, len(s)+len(s)/2+16), make([]uint32, 0, 4+len(s)/16)
	}
	p.s, p.buf, p.ends = s, p.buf[:0], p.ends[:0]
	i, ok := p.value(skipBlank(s, 0), MaxDepth)
	if ok {
		i = skipBlank(s, i)
	}
	p.s = ""
	return i, ok && i == len(s)
}

// value reads the value at i, appends its encoding and returns the position
// behind it.
func (p *Parser) value(i, depth int) (next int, ok bool) {
	if i >= len(p.s) {
		return i, false
	}
	switch c := p.s[i]; {
	case c == '"':
		p.buf = append(p.buf, tagString)
		return p.string(i)
	case c == '-' || c-'0' <= 9:
		return p.number(i)
	case c == '{':
		return p.bag(i, depth)
	case c == '[':
		return p.array(i, depth)
	case c == 't':
		p.buf = append(p.buf, tagTrue)
	case c == 'f':
		p.buf = append(p.buf, tagFalse)
	}
	return scanWord(p.s, i)
}

func (p *Parser) string(i int) (next int, ok bool) {
	next, escaped, ok := scanString(p.s, i)
	if !ok {
		return next, false
	}
	if escaped {
		p.buf = appendUnescaped(p.buf, p.s[i+1:next-1])
	} else {
		p.buf = append(p.buf, p.s[i+1:next-1]...)
	}
	return next, true
}

func (p *Parser) number(i int) (next int, ok bool) {
	next, whole, ok := scanNumber(p.s, i)
	if !ok {
		return next, false
	}
	text := p.s[i:next]
	if whole {
		if n, ok := parseWhole(text); ok {
			p.buf = appendWord(p.buf, tagLong, uint64(n))
			return next, true
		}
	}
	// The text is well formed; what is too large is infinite.
	f, _ := strconv.ParseFloat(text, 64)
	p.buf = appendWord(p.buf, tagReal, math.Float64bits(f))
	return next, true
}

// parseWhole reads the digits of a long; !ok if it does not fit.
func parseWhole(s string) (n int64, ok bool) {
	if len(s) > 18 {
		n, err := strconv.ParseInt(s, 10, 64)
		return n, err == nil
	}
	neg := s[0] == '-'
	if neg {
		s = s[1:]
	}
	for _, c := range []byte(s) {
		n = n*10 + int64(c-'0')
	}
	if neg {
		n = -n
	}
	return n, true
}

func (p *Parser) array(i, depth int) (next int, ok bool) {
	if depth == 0 {
		return i, false
	}
	start, mark := len(p.buf), len(p.ends)
	p.buf = append(p.buf, tagArray)
	i = skipBlank(p.s, i+1)
	if i < len(p.s) && p.s[i] == ']' {
		p.buf = append(p.buf, emptyArray[1:]...)
		return i + 1, true
	}
	for {
		if i, ok = p.value(i, depth-1); !ok {
			return i, false
		}
		p.ends = append(p.ends, uint32(len(p.buf)))
		i = skipBlank(p.s, i)
		switch {
		case i < len(p.s) && p.s[i] == ',':
			i = skipBlank(p.s, i+1)
		case i < len(p.s) && p.s[i] == ']':
			p.buf = closeArray(p.buf, start, p.ends[mark:])
			p.ends = p.ends[:mark]
			return i + 1, true
		default:
			return i, false
		}
	}
}

func (p *Parser) bag(i, depth int) (next int, ok bool) {
	if depth == 0 {
		return i, false
	}
	start, mark := len(p.buf), len(p.ends)
	p.buf = append(p.buf, tagBag)
	i = skipBlank(p.s, i+1)
	if i < len(p.s) && p.s[i] == '}' {
		p.buf = append(p.buf, emptyBag[1:]...)
		return i + 1, true
	}
	for {
		if i, ok = p.name(i); !ok {
			return i, false
		}
		if i, ok = p.value(i, depth-1); !ok {
			return i, false
		}
		p.ends = append(p.ends, uint32(len(p.buf)))
		i = skipBlank(p.s, i)
		switch {
		case i < len(p.s) && p.s[i] == ',':
			i = skipBlank(p.s, i+1)
		case i < len(p.s) && p.s[i] == '}':
			p.buf = closeBag(p.buf, start, p.ends[mark:])
			p.ends = p.ends[:mark]
			return i + 1, true
		default:
			return i, false
		}
	}
}

// name reads a member's name and the colon, up to its value.
func (p *Parser) name(i int) (next int, ok bool) {
	if i >= len(p.s) || p.s[i] != '"' {
		return i, false
	}
	if i, ok = p.string(i); !ok {
		return i, false
	}
	p.ends = append(p.ends, uint32(len(p.buf)))
	i = skipBlank(p.s, i)
	if i >= len(p.s) || p.s[i] != ':' {
		return i, false
	}
	return skipBlank(p.s, i+1), true
}

// appendUnescaped appends the inside of a JSON string that scanString has
// checked.
func appendUnescaped(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			from := i
			for i < len(s) && s[i] != '\\' {
				i++
			}
			dst = append(dst, s[from:i]...)
			continue
		}
		c := s[i+1]
		i += 2
		switch c {
		case 'b':
			c = '\b'
		case 'f':
			c = '\f'
		case 'n':
			c = '\n'
		case 'r':
			c = '\r'
		case 't':
			c = '\t'
		case 'u':
			r, _ := hex4(s, i)
			i += 4
			if utf16.IsSurrogate(r) {
				r, i = joinSurrogates(r, s, i)
			}
			dst = utf8.AppendRune(dst, r)
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// joinSurrogates joins r with the escape at i if the two are a pair.
func joinSurrogates(r rune, s string, i int) (rune, int) {
	if i+6 <= len(s) && s[i] == '\\' && s[i+1] == 'u' {
		if low, ok := hex4(s, i+2); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, i + 6
			}
		}
	}
	return utf8.RuneError, i
}
