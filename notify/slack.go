package notify

import (
	"context"
	"crypto/tls"
	"net/http"
	"strings"

	"github.com/calypso-kql/calypso/config"
)

// slack sends to an incoming webhook of Slack, as blocks.
//
// Source: Slack's documentation of incoming webhooks, of Block Kit and its limits,
// and of formatting text.
type slack struct {
	poster *poster
	texts  texts
	body   *text
}

func newSlack(c config.Channel, t *tls.Config) (*slack, error) {
	s := &slack{poster: newPoster(secretOf(c.Slack.URLFile, c.Slack.URLEnv), nil, c.Plaintext, t)}
	var err error
	if s.body, err = newBody(c.Templates.Body); err != nil {
		return nil, err
	}
	s.texts, err = newTexts(c.Templates, slackEscape)
	return s, err
}

// slackEscape keeps a value from being a mention, a link or an entity, and from
// ending what is written around it.
func slackEscape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// The limits of blocks, in characters.
const (
	slackHeader = 150
	slackText   = 3000
	slackField  = 2000
)

type slackBlock struct {
	Type     string      `json:"type"`
	Text     *slackMark  `json:"text,omitempty"`
	Fields   []slackMark `json:"fields,omitempty"`
	Elements []slackMark `json:"elements,omitempty"`
}

type slackMark struct {
	Type string `json:"type"` // mrkdwn or plain_text
	Text string `json:"text"`
	// Verbatim keeps Slack from making links and mentions of what looks like them: a host
	// of an attacker's is not to be one click away. What is written as a link is one.
	Verbatim bool `json:"verbatim,omitempty"`
}

func mrkdwn(text string) slackMark { return slackMark{"mrkdwn", text, true} }

// send implements sender.
func (s *slack) send(ctx context.Context, m *Message) error {
	body, err := payload(s.body, m.Event, func() (any, error) { return s.message(m) })
	if err != nil {
		return err
	}
	return s.poster.post(ctx, http.Header{}, body)
}

func (s *slack) message(m *Message) (any, error) {
	e := m.Event
	title, text, err := s.texts.render(e)
	if err != nil {
		return nil, err
	}
	// A header is plain text, where nothing is escaped.
	plain := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(title)
	blocks := []slackBlock{{Type: "header", Text: &slackMark{Type: "plain_text", Text: cut(plain, slackHeader)}}}
	if strings.TrimSpace(text) != "" {
		body := mrkdwn(cutEntity(text, slackText))
		blocks = append(blocks, slackBlock{Type: "section", Text: &body})
	}
	var fields []slackMark
	for _, f := range facts(e) {
		if len(fields) < maxFacts {
			fields = append(fields, mrkdwn(cutEntity("*"+slackEscape(f.Name)+"*\n"+slackEscape(f.Value), slackField)))
		}
	}
	if len(fields) > 0 {
		blocks = append(blocks, slackBlock{Type: "section", Fields: fields})
	}
	last := footer(m)
	if e.Link != "" {
		last = "<" + slackEscape(e.Link) + "|Open> · " + last
	}
	blocks = append(blocks, slackBlock{Type: "context", Elements: []slackMark{mrkdwn(last)}})
	return map[string]any{"text": cutEntity(title, slackText), "blocks": blocks}, nil
}

// cutEntity shortens a text that is escaped, not within an escape.
func cutEntity(s string, n int) string {
	short := cut(s, n)
	if short == s {
		return s
	}
	if i := strings.LastIndexByte(short, '&'); i >= 0 && !strings.Contains(short[i:], ";") {
		return short[:i] + "…"
	}
	return short
}
