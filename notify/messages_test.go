package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/internal/script"
)

var update = script.UpdateFlag()

// sample returns the sample of a type.
func sample(t *testing.T, kind string) *Message {
	t.Helper()
	all := Samples()
	i := slices.IndexFunc(all, func(e Event) bool { return string(e.Type) == kind })
	if i < 0 {
		t.Fatalf("there is no event %q", kind)
	}
	return &Message{ID: messageID(all[i].ID, "c"), Attempt: 1, Event: &all[i]}
}

func channelOf(t *testing.T, c config.Channel) *channel {
	t.Helper()
	c.Name = "c"
	if c.Kind() == "slack" || c.Kind() == "teams" {
		t.Setenv("CHANNEL_URL", "https://127.0.0.1:1/secret")
	}
	ch, err := open(c, "1.0")
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func indented(t *testing.T, v any, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// What channels say is written down.
func TestMessages(t *testing.T) {
	script.Run(t, "testdata/messages.test", *update, map[string]script.View{
		"webhook": func(t *testing.T, q string) string { return indented(t, sample(t, q).Event, nil) },
		"slack": func(t *testing.T, q string) string {
			v, err := channelOf(t, config.Channel{Slack: config.Endpoint{URLEnv: "CHANNEL_URL"}}).sender.(*slack).message(sample(t, q))
			return indented(t, v, err)
		},
		"teams": func(t *testing.T, q string) string {
			v, err := channelOf(t, config.Channel{Teams: config.Endpoint{URLEnv: "CHANNEL_URL"}}).sender.(*teams).message(sample(t, q))
			return indented(t, v, err)
		},
		"alertmanager": func(t *testing.T, q string) string {
			a := channelOf(t, config.Channel{Alertmanager: config.Alertmanager{URL: "https://am", Labels: []string{"team=soc"}}}).sender.(*alertmanager)
			a.now = func() time.Time { return time.Date(2026, 3, 2, 9, 11, 0, 0, time.UTC) }
			v, err := a.alerts(sample(t, q))
			return indented(t, v, err)
		},
		"syslog": func(t *testing.T, q string) string {
			line, err := channelOf(t, config.Channel{Syslog: config.Syslog{Network: "udp", Address: "127.0.0.1:514"}}).sender.(*syslog).line(sample(t, q))
			if err != nil {
				t.Fatal(err)
			}
			text := strings.Replace(string(line), hostname(), "HOST", 1)
			return strings.Replace(text, fmt.Sprintf(" calypso %d ", os.Getpid()), " calypso PID ", 1)
		},
		"mail": func(t *testing.T, q string) string {
			m := channelOf(t, config.Channel{Email: config.Email{Server: "mail:25", From: "Calypso <c@example.org>", To: []string{"soc@example.org"}}}).sender.(*email)
			m.now = func() time.Time { return time.Date(2026, 3, 2, 9, 11, 0, 0, time.UTC) }
			l, err := m.letter(sample(t, q))
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if _, err := l.WriteTo(&b); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(b.String(), "\r\n", "\n")
			for _, boundary := range regexp.MustCompile(`boundary=(\w+)`).FindAllStringSubmatch(text, -1) {
				text = strings.ReplaceAll(text, boundary[1], "BOUNDARY")
			}
			text = regexp.MustCompile(`(?m)^(User-Agent|X-Mailer): .*\n`).ReplaceAllString(text, "")
			text = regexp.MustCompile(`(?m) +$`).ReplaceAllString(text, "")
			// The library writes headers in any order.
			header, body, _ := strings.Cut(text, "\n\n")
			lines := strings.Split(strings.ReplaceAll(header, "\n ", " "), "\n")
			slices.Sort(lines)
			return strings.Join(lines, "\n") + "\n\n" + body
		},
	})
}

// A template's mistakes are told when it is read, whatever event would show them.
func TestTemplatesAreChecked(t *testing.T) {
	t.Setenv("CHANNEL_URL", "https://127.0.0.1:1/secret")
	for _, c := range []struct {
		name, want string
		t          config.Templates
	}{
		{"a field that is none", "can't evaluate field Titel", config.Templates{Title: "{{.Titel}}"}},
		{"a field of what is not always there", "nil pointer evaluating *notify.Incident.Number (for the event alert.raised)", config.Templates{Title: "{{.Incident.Number}}"}},
		{"the same, asked for first", "", config.Templates{Title: "{{with .Incident}}{{.Number}}{{end}}"}},
		{"no template", "unclosed action", config.Templates{Text: "{{.Title"}},
		{"no function", `function "env" not defined`, config.Templates{Text: `{{env "HOME"}}`}},
		{"no JSON", "what it writes is no JSON", config.Templates{Body: `{"text": "{{.Title}}"}`}},
		{"JSON", "", config.Templates{Body: `{"text": {{json .Title}}}`}},
		{"without an end", "it writes more than 256 KB", config.Templates{Text: `{{range .Rules}}{{range $i := 1000000}}{{$i}}{{end}}{{end}}`}},
	} {
		err := Check(config.Notifications{Channels: []config.Channel{{Name: "c", Slack: config.Endpoint{URLEnv: "CHANNEL_URL"}, Templates: c.t}}})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: error is %v, want %q", c.name, err, c.want)
		}
	}
}

// Values are escaped whatever a template does with them; what the template itself
// says is not.
func TestValuesAreEscaped(t *testing.T) {
	const source = "{{define `x`}}<{{.}}>{{end}}{{$t := .Title}}<!here> {{$t | upper}}{{range .Rules}}{{template `x` .Name}}{{else}}{{end}}{{with .Severity}} {{.}}{{end}} {{if .Link}}{{printf `%d<` 7}}{{end}}"
	tmpl, err := parseText("text", source, slackEscape)
	if err != nil {
		t.Fatal(err)
	}
	got, err := tmpl.render(&Event{Title: "<!channel>", Rules: []Rule{{Name: "a&b"}}, Severity: "<", Link: "l"})
	if want := "<!here> &lt;!CHANNEL&gt;<a&amp;b> &lt; 7&lt;"; err != nil || got != want {
		t.Errorf("got %q, %v\nwant %q", got, err, want)
	}
}

// Alerts write types of entities in Microsoft's way, people know them by their names.
func TestTypesOfEntities(t *testing.T) {
	for of, want := range map[string]string{"ip": "IP", "cloud-application": "CloudApplication", "azure-resource": "AzureResource", "registry-key": "RegistryKey", "mailMessage": "MailMessage", "new-one": "new-one"} {
		if got := entitiesOf([]incident.Entity{{Type: of}})[0].Type; got != want {
			t.Errorf("%s is called %s, want %s", of, got, want)
		}
	}
}

// Teams refuses cards of more than 28 KB, whatever letters they are of.
func TestLongCards(t *testing.T) {
	e := *sample(t, "incident.created").Event
	e.Title, e.Description = strings.Repeat("標題", 500), strings.Repeat("<説明>", 5000)
	long := []string{strings.Repeat("値", 2000)}
	e.Tactics, e.Techniques, e.Tags = long, long, long
	ch := channelOf(t, config.Channel{Teams: config.Endpoint{URLEnv: "CHANNEL_URL"}}).sender.(*teams)
	v, err := ch.message(&Message{ID: "msg_1", Event: &e})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if len(text) > 28<<10 || len(text) < 14<<10 || !strings.Contains(string(text), "説明") || !strings.Contains(string(text), "値") {
		t.Errorf("a card has %d bytes", len(text))
	}
}
