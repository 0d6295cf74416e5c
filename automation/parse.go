package automation

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/calypso-kql/calypso/internal/rulefiles"
)

// Parse reads the automation rules of a text: one rule with Sentinel's fields in
// YAML or JSON, as its REST API answers with it or without what is around its
// properties; a list of them; or an ARM template, of which other resources are
// passed over. Fields that do not exist and values that make no sense are
// errors, all of them, with their lines; rules that are right are returned also where others are
// not. file is its name, for the errors.
func Parse(file string, text []byte) ([]*Rule, error) {
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, rulefiles.YAMLError(file, text, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s: want one document", file)
	}
	body := tree.Docs[0].Body
	top, ok := mapping(body)
	if !ok {
		return nil, fmt.Errorf("%s:%d: want the fields of an automation rule", file, line(body))
	}
	var rules []*Rule
	var errs []error
	read := func(n ast.Node) {
		r, err := parseOne(file, text, n)
		if err != nil {
			errs = append(errs, err)
			return
		}
		rules = append(rules, r)
	}
	list, isList := sequence(top["resources"])
	if !isList {
		list, isList = sequence(top["value"])
	}
	for _, n := range list {
		if m, ok := mapping(n); ok && isAutomation(m) {
			read(n)
		}
	}
	if !isList {
		read(body)
	}
	err = errors.Join(errs...)
	if len(rules) == 0 && err == nil {
		err = fmt.Errorf("%s: has no automation rule: want resources of type …/automationRules, or a rule with triggeringLogic", file)
	}
	return rules, err
}

// isAutomation reports whether a resource is an automation rule.
func isAutomation(m map[string]ast.Node) bool {
	if t := scalar(m["type"]); t != "" {
		return strings.HasSuffix(strings.ToLower(t), "/automationrules")
	}
	p, ok := mapping(m["properties"])
	return ok && p["triggeringLogic"] != nil || m["triggeringLogic"] != nil
}

func mapping(n ast.Node) (map[string]ast.Node, bool) {
	var values []*ast.MappingValueNode
	switch n := n.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		return nil, false
	}
	out := map[string]ast.Node{}
	for _, v := range values {
		out[strings.Trim(v.Key.String(), `"'`)] = v.Value
	}
	return out, true
}

func sequence(n ast.Node) ([]ast.Node, bool) {
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		return nil, false
	}
	return s.Values, true
}

func scalar(n ast.Node) string {
	s, ok := n.(*ast.StringNode)
	if !ok {
		return ""
	}
	return s.Value
}

func line(n ast.Node) int {
	if m, ok := n.(*ast.MappingValueNode); ok {
		n = m.Key
	}
	if n.GetToken() == nil {
		return 1
	}
	return n.GetToken().Position.Line
}

var guid = regexp.MustCompile(`[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}`)

// lastGUID returns the last GUID in a name or path, which may begin with that of a
// subscription.
func lastGUID(s string) string {
	found := guid.FindAllString(s, -1)
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

// parseOne reads a rule, or a resource that has one in its properties.
func parseOne(file string, text []byte, n ast.Node) (*Rule, error) {
	id := ""
	begins := line(n)
	if m, _ := mapping(n); m["properties"] != nil {
		id = cmp.Or(lastGUID(scalar(m["name"])), lastGUID(scalar(m["id"])), scalar(m["name"]))
		n = m["properties"]
	}
	var f ruleFields
	var all any
	if err := cmp.Or(yaml.NodeToValue(n, &f), yaml.NodeToValue(n, &all)); err != nil {
		return nil, rulefiles.YAMLError(file, text, err)
	}
	p := problemsOf(file, n)
	p.Unknown("", all, f, "yaml")
	// In a template a text that begins with [ is an expression, and one that begins
	// with [[ a text.
	if strings.HasPrefix(f.DisplayName, "[[") {
		f.DisplayName = f.DisplayName[1:]
	}
	r := &Rule{File: file, Line: begins, ID: cmp.Or(f.AutomationRuleID, id, f.DisplayName), Name: f.DisplayName}
	f.fill(r, p)
	if err := p.Err(); err != nil {
		return nil, err
	}
	return r, nil
}

func (f *ruleFields) fill(r *Rule, p *problems) {
	p.Want(r.Name != "", "displayName", "is missing")
	switch {
	case f.Order == nil:
		p.Add("order", "is missing: the rule's turn, from 1 to 1000")
	case *f.Order < 1 || *f.Order > 1000:
		p.Add("order", "%d is not from 1 to 1000", *f.Order)
	default:
		r.Order = *f.Order
	}
	if f.TriggeringLogic == nil {
		p.Add("triggeringLogic", "is missing")
	} else {
		f.TriggeringLogic.fill(r, p)
	}
	f.fillActions(r, p)
	for i := range f.Calypso.Tests {
		f.Calypso.Tests[i].fill(r, p, fmt.Sprintf("calypso.tests[%d]", i))
	}
}

// fillActions reads the actions, in their order.
func (f *ruleFields) fillActions(r *Rule, p *problems) {
	if len(f.Actions) == 0 {
		p.Add("actions", "are missing")
	}
	order := make([]int, len(f.Actions))
	for i := range order {
		order[i] = i
	}
	turn := func(i int) int {
		if o := f.Actions[i].Order; o != nil {
			return *o
		}
		return i + 1
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(turn(a), turn(b)) })
	for _, i := range order {
		f.Actions[i].fill(r, p, fmt.Sprintf("actions[%d]", i))
	}
	if r.Actions.Changes && p.Len() == 0 {
		if err := r.Actions.Edit.Check(); err != nil {
			p.Add("actions", "can't be done: %v", err)
		}
	}
}

func (f *logicFields) fill(r *Rule, p *problems) {
	const at = "triggeringLogic."
	r.Disabled = f.IsEnabled != nil && !*f.IsEnabled
	if f.ExpirationTimeUtc != "" {
		t, err := time.Parse(time.RFC3339, f.ExpirationTimeUtc)
		if err != nil {
			t, err = time.Parse("2006-01-02T15:04:05", f.ExpirationTimeUtc)
		}
		p.Want(err == nil, at+"expirationTimeUtc", fmt.Sprintf("%q is no time such as 2026-12-31T23:59:59Z", f.ExpirationTimeUtc))
		r.Expires = t.UTC()
	}
	switch on, when := p.oneOf(at+"triggersOn", f.TriggersOn, "Incidents", "Alerts"), p.oneOf(at+"triggersWhen", f.TriggersWhen, "Created", "Updated"); {
	case on == "Alerts" && when == "Updated":
		p.Add(at+"triggersWhen", "Updated is of incidents: of alerts there is Created only")
	case on == "Alerts":
		r.Trigger = AlertCreated
	case when == "Updated":
		r.Trigger = IncidentUpdated
	default:
		r.Trigger = IncidentCreated
	}
	c := &conditionParser{problems: p, trigger: r.Trigger}
	r.conditions = c.list(f.Conditions, at+"conditions")
}

func (f *actionFields) fill(r *Rule, p *problems, at string) {
	c := &f.ActionConfiguration
	at += "."
	if r.Trigger == AlertCreated && f.ActionType != "Notify" && f.ActionType != "RunPlaybook" {
		p.Add(at+"actionType", "%s is about incidents, and the rule is about alerts: there is Notify for them", f.ActionType)
		return
	}
	const config = "actionConfiguration"
	switch f.ActionType {
	case "ModifyProperties":
		c.only(p, at+config, f.ActionType, "status", "severity", "classification", "classificationReason", "classificationComment", "owner", "labels")
		c.modify(r, p, at+config+".")
	case "AddIncidentTask":
		c.only(p, at+config, f.ActionType, "title", "description")
		c.addTask(r, p, at+config+".")
	case "Notify":
		c.only(p, at+config, f.ActionType, "channel")
		p.Want(c.Channel != "", at+config+".channel", "is missing: the name of a channel of the configuration")
		r.Actions.Channels = append(r.Actions.Channels, c.Channel)
	case "RunPlaybook":
		p.Add(at+"actionType", "RunPlaybook runs a Logic App, which is Azure's: use actionType Notify with a channel that is a webhook, and let it do the work")
	default:
		p.oneOf(at+"actionType", f.ActionType, "ModifyProperties", "AddIncidentTask", "Notify")
	}
}
