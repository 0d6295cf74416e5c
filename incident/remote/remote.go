// Package remote sees and changes the incidents of a running server, over HTTP. Its
// methods are those of incident.Store, but that the server says who makes a change, by
// the token.
package remote

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/incident"
)

// A Client speaks to one server. It is safe for concurrent use.
type Client struct {
	base  *url.URL
	token string
	http  http.Client
	page  int // how many of a list are asked for at once
}

// patience is how long an answer may take; maxAnswer bounds its bytes.
const (
	patience  = 30 * time.Second
	maxAnswer = 256 << 20
)

// New returns a client of the server at an address, as https://soc.example:7788. The
// token is empty for a server without tokens.
func New(address, token string) (*Client, error) {
	base, err := url.Parse(address)
	if err != nil || base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("%q is no address of a server: want one such as https://soc.example:7788", address)
	}
	c := &Client{base: base, token: token, page: maxPage}
	c.http.Timeout = patience
	// A token is for this server alone.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c, nil
}

// ask sends a request for what is under /v1/, and reads the answer into v.
func (c *Client) ask(method, path string, query url.Values, body, v any) error {
	u := c.base.JoinPath("v1", path)
	u.RawQuery = query.Encode()
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	req, err := http.NewRequest(method, u.String(), sent)
	if err != nil {
		return err
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case err != nil:
		return err
	case len(text) > maxAnswer:
		return fmt.Errorf("%s: the answer has more than %d bytes", u.Redacted(), maxAnswer)
	case resp.StatusCode/100 != 2:
		return refusal(resp.StatusCode, text, u)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("%s: the answer is not understood: %w", u.Redacted(), err)
	}
	return nil
}

// refusal makes the error of an answer that is one.
func refusal(status int, text []byte, u *url.URL) error {
	var answer struct {
		Error struct{ Code, Message string }
	}
	if json.Unmarshal(text, &answer) != nil || answer.Error.Message == "" {
		return fmt.Errorf("%s: status %d: is it a server of Calypso that keeps incidents?", u.Redacted(), status)
	}
	field, message, ok := strings.Cut(answer.Error.Message, ": ")
	switch {
	case answer.Error.Code == "BadRequest_InvalidValue" && ok:
		return &incident.Invalid{Field: field, Message: message}
	case answer.Error.Code == "NotFound":
		return &incident.NotFound{What: strings.TrimPrefix(answer.Error.Message, "there is no ")}
	}
	return errors.New(answer.Error.Message)
}

// maxPage is the most that a server answers with at once.
const maxPage = 1000

// all asks for pages of a list until there are limit, 0 for all that there are.
func all[T any](c *Client, path string, query url.Values, limit int) (out []T, more url.Values, err error) {
	for out = []T{}; ; {
		size := c.page
		if limit > 0 {
			size = min(size, limit-len(out))
		}
		query.Set("limit", strconv.Itoa(size))
		var page struct {
			Value    []T
			NextLink string
		}
		if err := c.ask(http.MethodGet, path, query, nil, &page); err != nil {
			return nil, nil, err
		}
		out = append(out, page.Value...)
		if page.NextLink == "" {
			return out, nil, nil
		}
		next, err := url.Parse(page.NextLink)
		if err != nil {
			return nil, nil, err
		}
		if query = next.Query(); limit > 0 && len(out) >= limit {
			return out, query, nil
		}
	}
}
