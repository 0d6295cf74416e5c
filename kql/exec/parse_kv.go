package exec

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/plan"
)

func (q *query) buildParseKv(n *plan.ParseKv) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	take, err := takeKv(n)
	if err != nil {
		in.source.Close()
		return nil, err
	}
	return in.then(n.Out, q.statsOf(n), func() (stage, error) {
		c := newCompiler(q)
		c.spent = n.Spent
		x := &extractor{text: c.compile(n.Text), width: n.Out.Len(), to: n.To, take: take}
		for _, to := range n.To {
			x.types = append(x.types, n.Out.Columns[to].Type)
		}
		return x, nil
	}), nil
}

// takeKv returns what finds the values of n's keys in a text: by a regular
// expression, between delimiters, or, without any, after the key as a word.
//
// Source: the Kusto documentation, "parse-kv operator".
func takeKv(n *plan.ParseKv) (func(string, []capture) bool, error) {
	k := &kvTaker{keys: map[string]int{}, pair: n.PairDelimiter, kv: n.KvDelimiter, escape: n.Escape, greedy: n.Greedy}
	for i, name := range n.Keys {
		k.keys[name] = i
	}
	for _, q := range n.Quotes {
		first, size := utf8.DecodeRuneInString(q)
		last, _ := utf8.DecodeLastRuneInString(q)
		if size == 0 {
			return nil, errors.New("parse-kv: empty quote")
		}
		k.quotes = append(k.quotes, quotePair{string(first), string(last)})
	}
	if n.Regex != "" {
		re, err := regexp.Compile(n.Regex)
		if err != nil {
			return nil, fmt.Errorf("parse-kv: %w", err)
		}
		if re.NumSubexp() != 2 {
			return nil, fmt.Errorf("parse-kv: regex has %d capturing groups, want 2", re.NumSubexp())
		}
		return func(s string, caps []capture) bool {
			for _, m := range re.FindAllStringSubmatch(s, -1) {
				k.set(caps, m[1], m[2])
			}
			return true
		}, nil
	}
	if k.pair == "" && k.kv == "" {
		return k.words, nil
	}
	if k.pair == "" {
		k.pair = " "
	}
	if k.kv == "" {
		k.kv = "="
	}
	return k.delimited, nil
}

type kvTaker struct {
	keys             map[string]int
	pair, kv, escape string
	quotes           []quotePair
	greedy           bool
}

type quotePair struct{ open, end string }

// set notes a value; the first one of a key counts.
func (k *kvTaker) set(caps []capture, key, value string) {
	if i, ok := k.keys[strings.TrimSpace(key)]; ok && !caps[i].ok {
		caps[i] = capture{strings.TrimSpace(value), true}
	}
}

// quoted reads a quoted text at the start of s; n is its length with quotes, 0
// if there is none.
func (k *kvTaker) quoted(s string) (text string, n int) {
	for _, q := range k.quotes {
		if !strings.HasPrefix(s, q.open) {
			continue
		}
		var b strings.Builder
		for i := len(q.open); i < len(s); {
			rest := s[i:]
			switch {
			case k.escape != "" && strings.HasPrefix(rest, k.escape) && len(rest) > len(k.escape):
				_, size := utf8.DecodeRuneInString(rest[len(k.escape):])
				b.WriteString(rest[len(k.escape) : len(k.escape)+size])
				i += len(k.escape) + size
			case strings.HasPrefix(rest, q.end):
				return b.String(), i + len(q.end)
			default:
				_, size := utf8.DecodeRuneInString(rest)
				b.WriteString(rest[:size])
				i += size
			}
		}
	}
	return "", 0
}

// delimited reads `key kv value pair key kv value …`.
func (k *kvTaker) delimited(s string, caps []capture) bool {
	for {
		key, rest, ok := k.key(s)
		if !ok {
			return true
		}
		var value string
		value, s = k.value(rest)
		k.set(caps, key, value)
	}
}

// key returns the next key and what follows its delimiter. What a pair
// delimiter sets off before the key is no part of it.
func (k *kvTaker) key(s string) (key, rest string, ok bool) {
	for i := 0; i < len(s); {
		if atStart := i == 0 || strings.HasSuffix(strings.TrimRight(s[:i], " \t\r\n"), k.pair) || strings.HasSuffix(s[:i], k.pair); atStart {
			if text, n := k.quoted(s[i:]); n > 0 {
				after := strings.TrimLeft(s[i+n:], " \t\r\n")
				if strings.HasPrefix(after, k.kv) {
					return text, after[len(k.kv):], true
				}
			}
		}
		if strings.HasPrefix(s[i:], k.kv) {
			name := strings.TrimSpace(s[:i])
			if at := strings.LastIndex(name, k.pair); at >= 0 {
				name = name[at+len(k.pair):]
			}
			return name, s[i+len(k.kv):], true
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return "", "", false
}

// value returns the value at the start of s and what follows it.
func (k *kvTaker) value(s string) (value, rest string) {
	s = strings.TrimLeft(s, " \t\r\n")
	if text, n := k.quoted(s); n > 0 {
		return text, s[n:]
	}
	end := strings.Index(s, k.pair)
	if k.greedy {
		end = -1
		if next := strings.Index(s, k.kv); next >= 0 {
			end = strings.LastIndex(strings.TrimRight(s[:next], " \t\r\n"), k.pair)
		}
	}
	if end < 0 {
		return s, ""
	}
	return s[:end], s[end:]
}

// words reads a text in which everything but letters, digits and underscores
// separates: the value is the word or quoted text after its key.
func (k *kvTaker) words(s string, caps []capture) bool {
	key, wanted := "", false
	for s != "" {
		word, n := k.quoted(s)
		if n == 0 {
			n = strings.IndexFunc(s, func(r rune) bool { return !isWordRune(r) })
			if n < 0 {
				n = len(s)
			}
			word = s[:n]
		}
		if n == 0 {
			_, n = utf8.DecodeRuneInString(s)
			s = s[n:]
			continue
		}
		s = s[n:]
		if wanted {
			k.set(caps, key, word)
			wanted = false
			continue
		}
		_, wanted = k.keys[word]
		key = word
	}
	return true
}

func isWordRune(r rune) bool { return r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) }
