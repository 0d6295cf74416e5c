package automation

import (
	"slices"

	"github.com/calypso-kql/calypso/incident"
)

// modify reads an action that changes properties. Empty values are left as they are.
func (c *configFields) modify(r *Rule, p *problems, at string) {
	e := &r.Actions.Edit
	before := p.Len()
	set(p, at+"status", c.Status, incident.ParseStatus, &e.Status)
	set(p, at+"severity", c.Severity, incident.ParseSeverity, &e.Severity)
	set(p, at+"classification", c.Classification, incident.ParseClassification, &e.Classification)
	set(p, at+"classificationReason", c.ClassificationReason, incident.ParseReason, &e.ClassificationReason)
	if c.ClassificationComment != "" {
		e.ClassificationComment = &c.ClassificationComment
	}
	owner := c.Owner != nil && (incident.Owner{ObjectID: c.Owner.ObjectID, Email: c.Owner.Email, AssignedTo: c.Owner.AssignedTo, UserPrincipalName: c.Owner.UserPrincipalName}) != incident.Owner{}
	if owner {
		e.Owner = &incident.Owner{ObjectID: c.Owner.ObjectID, Email: c.Owner.Email, AssignedTo: c.Owner.AssignedTo, UserPrincipalName: c.Owner.UserPrincipalName}
	}
	for _, l := range c.Labels {
		p.Want(l.LabelName != "", at+"labels", "want a labelName in each")
		if l.LabelName != "" && !slices.Contains(e.AddLabels, l.LabelName) {
			e.AddLabels = append(e.AddLabels, l.LabelName)
		}
	}
	some := c.Status+c.Severity+c.Classification != "" || owner || len(c.Labels) > 0
	if p.Len() == before {
		p.Want(some, at+"status", "is missing, and so are severity, owner and labels: nothing is to be changed")
	}
	r.Actions.Changes = r.Actions.Changes || some
}

// set reads a value, if there is one.
func set[T ~string](p *problems, at, text string, parse func(string) (T, error), into **T) {
	if text == "" {
		return
	}
	v, err := parse(text)
	if err != nil {
		p.Add(at, "can't be read: %v", err)
		return
	}
	*into = &v
}

func (c *configFields) addTask(r *Rule, p *problems, at string) {
	p.Want(c.Title != "", at+"title", "is missing")
	r.Actions.Edit.AddTasks = append(r.Actions.Edit.AddTasks, incident.NewTask{Title: c.Title, Description: c.Description})
	r.Actions.Changes = true
}

// only notes fields that a type of action does not have.
func (c *configFields) only(p *problems, at, kind string, names ...string) {
	p.only(at, kind, names, map[string]bool{
		"status": c.Status != "", "severity": c.Severity != "", "classification": c.Classification != "", "classificationReason": c.ClassificationReason != "",
		"classificationComment": c.ClassificationComment != "", "owner": c.Owner != nil, "labels": c.Labels != nil, "title": c.Title != "",
		"description": c.Description != "", "channel": c.Channel != "", "tenantId": c.TenantID != "", "logicAppResourceId": c.LogicAppResourceID != "",
	})
}
