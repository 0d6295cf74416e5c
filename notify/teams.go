package notify

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/calypso-kql/calypso/config"
)

// teams sends an Adaptive Card to a webhook of Teams' Workflows.
//
// Source: Microsoft's documentation of incoming webhooks with Workflows, and of
// Adaptive Cards in Teams.
type teams struct {
	poster *poster
	texts  texts
	body   *text
}

func newTeams(c config.Channel, t *tls.Config) (*teams, error) {
	s := &teams{poster: newPoster(secretOf(c.Teams.URLFile, c.Teams.URLEnv), nil, c.Plaintext, t)}
	var err error
	if s.body, err = newBody(c.Templates.Body); err != nil {
		return nil, err
	}
	s.texts, err = newTexts(c.Templates, markdownEscape)
	return s, err
}

// markdownEscape keeps a value from being a link or emphasis. Cards know Markdown's
// emphasis, lists and links, and no HTML.
func markdownEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "`", "\\`", "~", `\~`, "#", `\#`).Replace(s)
}

// The limits of a card: teamsMost of a whole message, in bytes of JSON, the others of its
// parts, in characters.
const (
	teamsMost  = 27 << 10
	teamsTitle = 300
	teamsText  = 6000
	teamsFact  = 1000
)

type card struct {
	Schema  string           `json:"$schema"`
	Type    string           `json:"type"`
	Version string           `json:"version"`
	Teams   map[string]any   `json:"msteams"`
	Body    []map[string]any `json:"body"`
	Actions []map[string]any `json:"actions,omitempty"`
}

// send implements sender.
func (s *teams) send(ctx context.Context, m *Message) error {
	body, err := payload(s.body, m.Event, func() (any, error) { return s.message(m) })
	if err != nil {
		return err
	}
	return s.poster.post(ctx, http.Header{}, body)
}

func (s *teams) message(m *Message) (any, error) {
	title, text, err := s.texts.render(m.Event)
	if err != nil {
		return nil, err
	}
	// Letters take up to six bytes: where that is too much, there are fewer of them.
	for most := teamsText; ; most /= 2 {
		message := cardMessage(m, title, text, most)
		if size, err := json.Marshal(message); err != nil || len(size) <= teamsMost || most < 100 {
			return message, err
		}
	}
}

// cardMessage writes a message whose parts have at most so many characters.
func cardMessage(m *Message, title, text string, most int) any {
	e := m.Event
	c := card{Schema: "http://adaptivecards.io/schemas/adaptive-card.json", Type: "AdaptiveCard", Version: "1.4", Teams: map[string]any{"width": "Full"}}
	add := func(block map[string]any) { c.Body = append(c.Body, block) }
	add(map[string]any{"type": "TextBlock", "text": cut(title, teamsTitle), "size": "Large", "weight": "Bolder", "wrap": true, "color": teamsColor(e.Severity)})
	if strings.TrimSpace(text) != "" {
		// A single line break is a blank in Markdown.
		add(map[string]any{"type": "TextBlock", "text": strings.ReplaceAll(cut(text, most), "\n", "\n\n"), "wrap": true})
	}
	var list []map[string]string
	for _, f := range facts(e) {
		if len(list) < maxFacts {
			list = append(list, map[string]string{"title": f.Name, "value": markdownEscape(cut(f.Value, min(teamsFact, most)))})
		}
	}
	if len(list) > 0 {
		add(map[string]any{"type": "FactSet", "facts": list})
	}
	add(map[string]any{"type": "TextBlock", "text": markdownEscape(footer(m)), "isSubtle": true, "size": "Small", "wrap": true})
	if e.Link != "" {
		c.Actions = []map[string]any{{"type": "Action.OpenUrl", "title": "Open", "url": e.Link}}
	}
	return map[string]any{
		"type":        "message",
		"attachments": []map[string]any{{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": nil, "content": c}},
	}
}

func teamsColor(severity string) string {
	switch severity {
	case "High":
		return "Attention"
	case "Medium":
		return "Warning"
	}
	return "Default"
}
