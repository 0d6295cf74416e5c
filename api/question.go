package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of a page of a list.
const (
	usualPage = 50
	maxPage   = 1000
)

// question is the parameters of a list that is asked for, and the first that is
// wrong.
type question struct {
	values url.Values
	wrong  error
}

// parseQuestion returns the parameters of a request; it takes those that are known.
func parseQuestion(r *http.Request, known ...string) (*question, error) {
	q := &question{}
	var err error
	if q.values, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return q, err
	}
	for name := range q.values {
		if !slices.Contains(known, name) {
			return q, fmt.Errorf("%s: there is no such parameter: want %s", name, strings.Join(known, ", "))
		}
	}
	return q, nil
}

func (q *question) text(name string) string { return q.values.Get(name) }

func (q *question) refuse(name, format string, args ...any) {
	if q.wrong == nil {
		q.wrong = fmt.Errorf(name+": "+format, args...)
	}
}

// time reads a time, zero if there is none.
func (q *question) time(name string) time.Time {
	text := q.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		q.refuse(name, "%q: want a time such as 2026-03-01T12:00:00Z", text)
	}
	return t
}

// number reads a number from 1, 0 if there is none.
func (q *question) number(name string) int64 {
	text := q.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		q.refuse(name, "%q: want a number from 1", text)
	}
	return n
}

// limit reads how many are wanted.
func (q *question) limit() int {
	n := q.number("limit")
	switch {
	case n == 0:
		return usualPage
	case n > maxPage:
		q.refuse("limit", "%d: want %d or less", n, maxPage)
	}
	return int(min(n, maxPage))
}

// many reads values that are given with commas or more than once.
func many[T any](q *question, name string, parse func(string) (T, error)) (out []T) {
	for _, list := range q.values[name] {
		for _, text := range strings.Split(list, ",") {
			v, err := parse(strings.TrimSpace(text))
			if err != nil {
				if q.wrong == nil {
					q.wrong = err
				}
				continue
			}
			out = append(out, v)
		}
	}
	return out
}
