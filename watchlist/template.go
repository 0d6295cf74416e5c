package watchlist

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// A resource is what a deployment template says of one watchlist, and of the
// resources within another.
type resource struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Resources  []resource `json:"resources"`
	Properties struct {
		Alias      string `json:"watchlistAlias"`
		Name       string `json:"displayName"`
		Content    string `json:"rawContent"`
		SearchKey  string `json:"itemsSearchKey"`
		SkipLines  int    `json:"numberOfLinesToSkip"`
		ContenType string `json:"contentType"`
	} `json:"properties"`
}

// readTemplate reads the watchlists of an ARM template.
func (s *Set) readTemplate(file string, text []byte, o Options, updated int64) error {
	var root resource
	if err := json.Unmarshal(text, &root); err != nil {
		return err
	}
	var errs []error
	found := 0
	var visit func(rs []resource)
	visit = func(rs []resource) {
		for _, r := range rs {
			visit(r.Resources)
			if !strings.HasSuffix(strings.ToLower(r.Type), "/watchlists") {
				continue
			}
			found++
			l, err := r.list(o, updated)
			if err == nil {
				err = s.add(l, file)
			}
			errs = append(errs, err)
		}
	}
	visit(root.Resources)
	if found == 0 {
		return errors.New("the template has no resource of type …/Watchlists")
	}
	return errors.Join(errs...)
}

func (r *resource) list(o Options, updated int64) (*list, error) {
	p := &r.Properties
	alias := p.Alias
	if alias == "" {
		alias = aliasOf(r.Name)
	}
	if alias == "" || strings.HasPrefix(alias, "[") {
		return nil, fmt.Errorf("the resource %q has no watchlistAlias that is known before the template is deployed", r.Name)
	}
	key := p.SearchKey
	if k, ok := o.SearchKeys[alias]; ok {
		key = k
	}
	content := p.Content
	for range p.SkipLines {
		_, content, _ = strings.Cut(content, "\n")
	}
	comma := ','
	if strings.Contains(p.ContenType, "tsv") || strings.Contains(p.ContenType, "tab") {
		comma = '\t'
	}
	l, err := readCSV(alias, key, content, comma, updated)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", alias, err)
	}
	if p.Name != "" {
		l.name = p.Name
	}
	return l, nil
}

// aliasOf returns the last part of a resource's name, which may be an expression
// such as [concat(parameters('workspace'), '/Microsoft.SecurityInsights/VIPUsers')].
func aliasOf(name string) string {
	name = strings.TrimRight(name, "')]")
	return name[strings.LastIndexAny(name, "/'")+1:]
}
