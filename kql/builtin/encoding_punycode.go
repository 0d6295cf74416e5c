package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/function"
)

// punycodes are the functions between texts and Punycode, the ASCII form of
// names in other scripts. What cannot be decoded gives the empty text.
//
// Source: RFC 3492.
func punycodes() function.Family {
	return function.Family{Title: "Punycode", Scalars: []function.Scalar{
		textFunction("punycode_from_string(string: string): string", "Encodes a text in Punycode.", encodePunycode,
			`punycode_from_string("académie-française") -> acadmie-franaise-npb1a`),
		textFunction("punycode_to_string(string: string): string", "Decodes Punycode.", func(s string) string {
			text, _ := decodePunycode(s)
			return text
		}, `punycode_to_string("acadmie-franaise-npb1a") -> académie-française`),
		textFunction("punycode_domain_to_string(string: string): string", "Encodes each label of a domain name that is not ASCII as xn-- and its Punycode.", encodeDomain,
			`punycode_domain_to_string("艺术.com") -> xn--cqv902d.com`),
		textFunction("punycode_domain_from_string(string: string): string", "Decodes the labels of a domain name that begin with xn--.", decodeDomain,
			`punycode_domain_from_string("xn--Ge-mia.Bulg.edu") -> Gáe.Bulg.edu`),
	}}
}

// The parameters of Punycode.
const (
	punyBase        = 36
	punyTMin        = 1
	punyTMax        = 26
	punySkew        = 38
	punyDamp        = 700
	punyInitialBias = 72
	punyInitialN    = 128
	acePrefix       = "xn--"
)

func encodePunycode(s string) string {
	var out []byte
	for i := range len(s) {
		if s[i] < utf8.RuneSelf {
			out = append(out, s[i])
		}
	}
	runes := []rune(s)
	basic := len(out)
	handled := basic
	if basic > 0 {
		out = append(out, '-')
	}
	n, delta, bias := rune(punyInitialN), 0, punyInitialBias
	for handled < len(runes) {
		next := rune(utf8.MaxRune + 1)
		for _, r := range runes {
			if r >= n && r < next {
				next = r
			}
		}
		delta += int(next-n) * (handled + 1)
		n = next
		for _, r := range runes {
			if r < n {
				delta++
			}
			if r != n {
				continue
			}
			out = appendPunyNumber(out, delta, bias)
			bias = punyAdapt(delta, handled+1, handled == basic)
			delta = 0
			handled++
		}
		delta++
		n++
	}
	return string(out)
}

func appendPunyNumber(out []byte, q, bias int) []byte {
	for k := punyBase; ; k += punyBase {
		t := min(max(k-bias, punyTMin), punyTMax)
		if q < t {
			return append(out, punyDigit(q))
		}
		out = append(out, punyDigit(t+(q-t)%(punyBase-t)))
		q = (q - t) / (punyBase - t)
	}
}

func punyDigit(d int) byte {
	if d < 26 {
		return byte('a' + d)
	}
	return byte('0' + d - 26)
}

func punyAdapt(delta, points int, first bool) int {
	if first {
		delta /= punyDamp
	} else {
		delta /= 2
	}
	delta += delta / points
	k := 0
	for delta > (punyBase-punyTMin)*punyTMax/2 {
		delta /= punyBase - punyTMin
		k += punyBase
	}
	return k + (punyBase-punyTMin+1)*delta/(delta+punySkew)
}

// decodePunycode decodes s; !ok, with an empty text, if it is not Punycode.
func decodePunycode(s string) (text string, ok bool) {
	var out []rune
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		out = []rune(s[:i])
		s = s[i+1:]
	}
	if !isASCII(string(out)) {
		return "", false
	}
	n, at, bias := punyInitialN, 0, punyInitialBias
	for len(s) > 0 {
		delta, size, ok := scanPunyNumber(s, bias)
		if !ok {
			return "", false
		}
		s = s[size:]
		at += delta
		bias = punyAdapt(delta, len(out)+1, at == delta)
		n += at / (len(out) + 1)
		at %= len(out) + 1
		if n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
			return "", false
		}
		out = append(out, 0)
		copy(out[at+1:], out[at:])
		out[at] = rune(n)
		at++
	}
	return string(out), true
}

// scanPunyNumber reads a number of variable length from the beginning of s and
// returns the bytes that it takes.
func scanPunyNumber(s string, bias int) (v, size int, ok bool) {
	w := 1
	for k := punyBase; size < len(s); k += punyBase {
		d := punyValue(s[size])
		size++
		if d < 0 {
			return 0, 0, false
		}
		v += d * w
		t := min(max(k-bias, punyTMin), punyTMax)
		if d < t {
			return v, size, true
		}
		if w *= punyBase - t; w > utf8.MaxRune<<16 || v > utf8.MaxRune<<16 {
			return 0, 0, false
		}
	}
	return 0, 0, false
}

func punyValue(c byte) int {
	switch {
	case 'a' <= c && c <= 'z':
		return int(c - 'a')
	case 'A' <= c && c <= 'Z':
		return int(c - 'A')
	case '0' <= c && c <= '9':
		return int(c-'0') + 26
	}
	return -1
}

// encodeDomain encodes the labels of a domain name, which any of IDNA's full
// stops may part; their letters keep their case.
func encodeDomain(s string) string {
	parts := strings.Split(strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".").Replace(s), ".")
	for i, label := range parts {
		if !isASCII(label) {
			parts[i] = acePrefix + encodePunycode(label)
		}
	}
	return strings.Join(parts, ".")
}

func decodeDomain(s string) string {
	parts := strings.Split(s, ".")
	for i, label := range parts {
		rest, encoded := strings.CutPrefix(label, acePrefix)
		if !encoded {
			continue
		}
		text, ok := decodePunycode(rest)
		if !ok {
			return ""
		}
		parts[i] = text
	}
	return strings.Join(parts, ".")
}
