package notify

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/template"
	"text/template/parse"
	"time"
)

// maxRendered bounds what a template may write.
const maxRendered = 256 << 10

// functions are what templates may call besides Go's own.
func functions() template.FuncMap {
	return template.FuncMap{
		"json":     toJSON,
		"upper":    strings.ToUpper,
		"lower":    strings.ToLower,
		"join":     func(sep string, list []string) string { return strings.Join(list, sep) },
		"truncate": func(n int, s string) string { return cut(s, n) },
		"default": func(otherwise, s string) string {
			if s == "" {
				return otherwise
			}
			return s
		},
		"date": func(layout string, t time.Time) string { return t.UTC().Format(layout) },
		"facts": func(e *Event) string {
			var b strings.Builder
			for _, f := range facts(e) {
				fmt.Fprintf(&b, "%s: %s\n", f.Name, f.Value)
			}
			return b.String()
		},
	}
}

func toJSON(v any) (string, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

// A text is a template of a message's part.
type text struct {
	name string
	t    *template.Template
	json bool
}

// parseText parses a template. escape, if not nil, is applied to what every
// {{…}} writes: values come from logs, and whoever writes logs must not write
// links, mentions or headers into messages.
func parseText(name, source string, escape func(string) string) (*text, error) {
	t := template.New(name).Option("missingkey=zero").Funcs(functions())
	if escape != nil {
		t = t.Funcs(template.FuncMap{escaper: func(v any) string { return escape(printed(v)) }})
	}
	if _, err := t.Parse(source); err != nil {
		return nil, err
	}
	if escape != nil {
		for _, part := range t.Templates() {
			escapeActions(part.Root)
		}
	}
	return &text{name: name, t: t}, nil
}

// escaper names the function that escapes in trees of templates; a name that
// templates can't write.
const escaper = "_escape"

func printed(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	}
	return fmt.Sprint(v)
}

// escapeActions puts the escaper behind every pipeline of a tree that writes.
func escapeActions(n parse.Node) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, c := range n.Nodes {
			escapeActions(c)
		}
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			n.Pipe.Cmds = append(n.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Pos: n.Pos, Args: []parse.Node{parse.NewIdentifier(escaper).SetPos(n.Pos)}})
		}
	case *parse.IfNode:
		escapeActions(n.List)
		escapeActions(n.ElseList)
	case *parse.RangeNode:
		escapeActions(n.List)
		escapeActions(n.ElseList)
	case *parse.WithNode:
		escapeActions(n.List)
		escapeActions(n.ElseList)
	}
}

// render fills an event into a template.
func (t *text) render(e *Event) (string, error) {
	var b strings.Builder
	if err := t.t.Execute(&bounded{&b, maxRendered}, e); err != nil {
		return "", err // which says that it is of the template
	}
	out := b.String()
	if t.json && !json.Valid([]byte(out)) {
		return "", fmt.Errorf("template: %s: what it writes is no JSON: write values as {{json .Title}}, without quotes around", t.name)
	}
	return out, nil
}

// bounded is a writer that ends.
type bounded struct {
	w    io.Writer
	left int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, fmt.Errorf("it writes more than %d KB", maxRendered>>10)
	}
	return b.w.Write(p)
}

// check renders samples of all events, so that mistakes show at the start.
func (t *text) check() error {
	for _, e := range Samples() {
		if _, err := t.render(&e); err != nil {
			return fmt.Errorf("%w (for the event %s)", err, e.Type)
		}
	}
	return nil
}
