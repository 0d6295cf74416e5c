package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// A webhook sends events as JSON, signed.
//
// Source: the Standard Webhooks specification.
type webhook struct {
	poster *poster
	body   *text
	secret secret // nil if requests are not signed
	now    func() time.Time
}

func newWebhook(c config.Channel, t *tls.Config) (*webhook, error) {
	w := c.Webhook
	address := func() (string, error) { return w.URL, nil }
	if s := secretOf(w.URLFile, w.URLEnv); s != nil {
		address = s
	}
	body, err := newBody(c.Templates.Body)
	return &webhook{
		poster: newPoster(address, secretOf(w.TokenFile, w.TokenEnv), c.Plaintext, t),
		body:   body, secret: secretOf(w.SecretFile, w.SecretEnv), now: time.Now,
	}, err
}

// hookPayload is the form that the specification recommends.
type hookPayload struct {
	Type      config.EventType `json:"type"`
	Timestamp time.Time        `json:"timestamp"`
	Data      *Event           `json:"data"`
}

// send implements sender.
func (w *webhook) send(ctx context.Context, m *Message) error {
	body, err := payload(w.body, m.Event, func() (any, error) {
		return hookPayload{m.Event.Type, m.Event.Time.UTC(), m.Event}, nil
	})
	if err != nil {
		return err
	}
	at := strconv.FormatInt(w.now().Unix(), 10)
	header := http.Header{}
	header.Set("webhook-id", m.ID)
	header.Set("webhook-timestamp", at)
	if w.secret != nil {
		text, err := w.secret()
		if err != nil {
			return err
		}
		keys, err := signingKeys(text)
		if err != nil {
			return err
		}
		var all []string
		for _, key := range keys {
			all = append(all, sign(key, m.ID, at, body))
		}
		header.Set("webhook-signature", strings.Join(all, " "))
	}
	return w.poster.post(ctx, header, body)
}

// sign returns the signature of a request, with its version.
func sign(key []byte, id, timestamp string, body []byte) string {
	h := hmac.New(sha256.New, key)
	fmt.Fprintf(h, "%s.%s.", id, timestamp)
	h.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// signingKeys reads keys, whsec_ and Base64, one or several: while a key is
// exchanged, requests are signed with the old one and the new one.
func signingKeys(text string) ([][]byte, error) {
	var keys [][]byte
	for _, word := range strings.Fields(text) {
		coded, ok := strings.CutPrefix(word, "whsec_")
		key, err := base64.StdEncoding.DecodeString(coded)
		if !ok || err != nil || len(key) < 24 || len(key) > 64 {
			return nil, errors.New("the secret is no key: want whsec_ and 24 to 64 bytes in Base64, as from: echo whsec_$(openssl rand -base64 32)")
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("the secret is empty")
	}
	return keys, nil
}
