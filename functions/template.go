package functions

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// resource is what an ARM template says of one saved search, and of the resources
// within another.
type resource struct {
	Type       string          `json:"type"`
	Resources  json.RawMessage `json:"resources"`
	Properties struct {
		Alias  string `json:"functionAlias"`
		Params string `json:"functionParameters"`
		Query  string `json:"query"`
		// MainTemplate is the template that a solution's package wraps.
		MainTemplate *resource `json:"mainTemplate"`
	} `json:"properties"`
}

// readTemplate reads the saved searches of an ARM template that are functions.
func readTemplate(_, text string) ([]Function, error) {
	var root resource
	if err := json.Unmarshal([]byte(text), &root); err != nil {
		return nil, err
	}
	var t template
	t.visit(&root)
	return t.out, errors.Join(t.errs...)
}

type template struct {
	out  []Function
	errs []error
}

// visit collects the functions of r and of the resources in it, a list or, in
// newer templates, an object with names.
func (t *template) visit(r *resource) {
	// Within a workspace the type may be its last part alone.
	if strings.HasSuffix(strings.ToLower(r.Type), "savedsearches") && r.Properties.Alias != "" {
		t.add(r)
	}
	if r.Properties.MainTemplate != nil {
		t.visit(r.Properties.MainTemplate)
	}
	if len(r.Resources) == 0 {
		return
	}
	var list []resource
	if json.Unmarshal(r.Resources, &list) == nil {
		for i := range list {
			t.visit(&list[i])
		}
		return
	}
	var named map[string]resource
	if json.Unmarshal(r.Resources, &named) == nil {
		for _, name := range slices.Sorted(maps.Keys(named)) {
			inner := named[name]
			t.visit(&inner)
		}
	}
}

func (t *template) add(r *resource) {
	p := &r.Properties
	for _, text := range []string{p.Alias, p.Query, p.Params} {
		if strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "[[") {
			t.errs = append(t.errs, fmt.Errorf("the function %s is known only once the template is deployed: %s", p.Alias, text))
			return
		}
	}
	t.out = append(t.out, Function{
		Name: unescape(p.Alias), Params: "(" + unescape(p.Params) + ")", Body: unescape(p.Query),
	})
}

// unescape takes the bracket away that tells a template's text from an expression.
func unescape(s string) string {
	if strings.HasPrefix(s, "[[") {
		return s[1:]
	}
	return s
}
