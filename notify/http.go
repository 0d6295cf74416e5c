package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// A secret returns what a file or an environment variable has now.
type secret func() (string, error)

// secretOf returns a secret, nil if the configuration has none.
func secretOf(file, env string) secret {
	if file == "" && env == "" {
		return nil
	}
	return config.Secret(file, env)
}

// A poster sends JSON to an address.
type poster struct {
	client *http.Client
	// address may be a secret, as may be token, which is nil for none.
	address   func() (string, error)
	token     secret
	plaintext bool
}

// newPoster returns a poster that follows no redirects: what is signed for one host,
// or has a token, must not go to another.
func newPoster(address func() (string, error), token secret, plaintext bool, t *tls.Config) *poster {
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: t, ForceAttemptHTTP2: true, MaxIdleConns: 16, IdleConnTimeout: 90 * time.Second}
	return &poster{
		client:  &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		address: address, token: token, plaintext: plaintext,
	}
}

// post sends a body. header is added to the request.
func (p *poster) post(ctx context.Context, header http.Header, body []byte) error {
	address, err := p.address()
	if err != nil {
		return err
	}
	if err := checkAddress(address, p.plaintext); err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return errors.New("the address is none") // the error has the address, which may be a secret
	}
	req.Header = header
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "calypso")
	token := ""
	if p.token != nil {
		if token, err = p.token(); err != nil {
			return err
		}
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) {
			err = u.Err // without the address
		}
		return fmt.Errorf("%s: %w", req.URL.Host, err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10)) // for the error only
	return answered(req.URL, resp, hidden(req.URL, token).Replace(string(said)))
}

// leastHidden is how long a part of an address is that may be a secret by itself.
const leastHidden = 8

// hidden takes out of a text what may be a secret of a request: its token, and of the
// address all but the host. Servers repeat both in what they say of an error.
func hidden(u *url.URL, token string) *strings.Replacer {
	secrets := []string{u.String(), u.RequestURI(), u.Path, u.RawQuery, token}
	parts := strings.Split(u.Path, "/")
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	if u.User != nil {
		password, _ := u.User.Password()
		parts = append(parts, password)
	}
	for _, part := range parts {
		if len(part) >= leastHidden {
			secrets = append(secrets, part)
		}
	}
	// What comes first is taken first: the whole before its parts.
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range secrets {
		if s != "" && s != "/" {
			pairs = append(pairs, s, "…")
		}
	}
	return strings.NewReplacer(pairs...)
}

// checkAddress refuses an address, read from a secret, that is not one of an HTTP
// server with TLS.
func checkAddress(address string, plaintext bool) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("the address is none such as https://host/path")
	case u.Scheme == "http" && !plaintext && !config.IsLocal(u.Hostname()):
		return errors.New("the address has no TLS: want https, or say plaintext: true")
	}
	return nil
}

// answered makes an error of an answer that is not a success.
//
// Source: the Standard Webhooks specification, of delivery's success and failure.
func answered(to *url.URL, resp *http.Response, said string) error {
	code := resp.StatusCode
	if code >= 200 && code < 300 {
		return nil
	}
	why := fmt.Sprintf("%s answered %s", to.Host, resp.Status)
	if code >= 300 && code < 400 {
		why += ", a redirect: these are not followed"
		if l, err := resp.Location(); err == nil {
			why += ": give the address at " + l.Host
		}
	} else if text := folded(strings.ToValidUTF8(said, "")); text != "" {
		why += ": " + cut(text, 200)
	}
	r := &refusal{err: errors.New(why)}
	switch code {
	case http.StatusBadRequest, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		r.final = true
	default:
		r.after = retryAfter(resp)
	}
	return r
}

// retryAfter reads a header that is a number of seconds, or a time.
func retryAfter(resp *http.Response) time.Duration {
	v := resp.Header.Get("Retry-After")
	if n, err := strconv.Atoi(v); err == nil {
		return min(max(time.Duration(min(n, 1<<30))*time.Second, 0), longestAfter)
	}
	at, err := http.ParseTime(v)
	if err != nil {
		return 0
	}
	// The other side's clock says how far that is, if it tells its time.
	from, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		from = time.Now()
	}
	return min(max(at.Sub(from), 0), longestAfter)
}

// longestAfter bounds for how long another side may keep a channel waiting.
const longestAfter = 24 * time.Hour

// payload returns what is sent: the channel's own body, or that of otherwise.
func payload(body *text, e *Event, otherwise func() (any, error)) ([]byte, error) {
	if body != nil {
		s, err := body.render(e)
		if err != nil {
			return nil, &refusal{err: err, final: true}
		}
		return []byte(s), nil
	}
	v, err := otherwise()
	if err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// newBody parses a body template, and checks it; nil if there is none.
func newBody(source string) (*text, error) {
	if source == "" {
		return nil, nil
	}
	t, err := parseText("body", source, nil)
	if err != nil {
		return nil, err
	}
	t.json = true
	return t, t.check()
}
