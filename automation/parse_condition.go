package automation

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/incident"
)

// conditionParser reads the conditions of a rule.
type conditionParser struct {
	*problems
	trigger Trigger
	depth   int
}

// maxDepth bounds how deep conditions are in others; Sentinel takes two groups.
const maxDepth = 10

func (c *conditionParser) list(fields []conditionFields, at string) all {
	if c.depth++; c.depth > maxDepth {
		c.Add(at, "are more than %d deep", maxDepth)
		return nil
	}
	defer func() { c.depth-- }()
	var out all
	for i := range fields {
		if one := c.one(&fields[i], fmt.Sprintf("%s[%d]", at, i)); one != nil {
			out = append(out, one)
		}
	}
	return out
}

func (c *conditionParser) one(f *conditionFields, at string) condition {
	p := &f.ConditionProperties
	within := at + ".conditionProperties"
	kind := c.oneOf(at+".conditionType", f.ConditionType, "Property", "PropertyChanged", "PropertyArrayChanged", "PropertyArray", "Boolean")
	if strings.HasPrefix(kind, "Property") && strings.HasSuffix(kind, "Changed") && c.trigger != IncidentUpdated {
		c.Add(at+".conditionType", "%s is for triggersWhen Updated: nothing has changed of what is new", kind)
		return nil
	}
	switch kind {
	case "Property":
		p.only(c.problems, within, kind, "propertyName", "operator", "propertyValues")
		return c.property(p, within+".")
	case "PropertyChanged":
		p.only(c.problems, within, kind, "propertyName", "operator", "propertyValues", "changeType")
		return c.changed(p, within+".")
	case "PropertyArrayChanged":
		p.only(c.problems, within, kind, "arrayType", "changeType")
		return c.grew(p, within+".")
	case "PropertyArray":
		p.only(c.problems, within, kind, "arrayType", "arrayConditionType", "itemConditions")
		return c.array(p, within+".")
	case "Boolean":
		p.only(c.problems, within, kind, "operator", "innerConditions")
		inner := c.list(p.InnerConditions, within+".innerConditions")
		c.Want(len(p.InnerConditions) > 0, within+".innerConditions", "are missing")
		if c.oneOf(within+".operator", p.Operator, "And", "Or") == "Or" {
			return some(inner)
		}
		return inner
	}
	return nil
}

func (c *conditionParser) operator(at, name string) operator {
	var names []string
	for _, o := range operators() {
		names = append(names, o.name)
	}
	name = c.oneOf(at, name, names...)
	i := slices.Index(names, name)
	return operators()[max(i, 0)]
}

func (c *conditionParser) property(p *propertyFields, at string) condition {
	i := slices.IndexFunc(properties(), func(x property) bool { return x.name == p.PropertyName })
	out := &propertyIs{operator: c.operator(at+"operator", p.Operator), values: p.PropertyValues}
	c.Want(len(p.PropertyValues) > 0, at+"propertyValues", "are missing")
	switch {
	case p.PropertyName == "":
		c.Add(at+"propertyName", "is missing")
	case i < 0:
		c.Add(at+"propertyName", "%q is no property that conditions know%s", p.PropertyName, nearest(p.PropertyName))
	case c.trigger == AlertCreated && !properties()[i].alerts:
		c.Add(at+"propertyName", "%s is of incidents, and the rule is about alerts", p.PropertyName)
	default:
		out.property = properties()[i]
		switch {
		case strings.HasSuffix(p.PropertyName, "RuleIds"):
			out.values = ruleIDs(p.PropertyValues)
		case p.PropertyName == updatedBy:
			out.values = c.sources(at+"propertyValues", p.PropertyValues)
		}
		return out
	}
	return nil
}

// sources returns the names of who changes incidents. They are taken as people see them
// in Sentinel (Alert grouping), too.
func (c *conditionParser) sources(at string, values []string) (out []string) {
	for _, v := range values {
		i := slices.IndexFunc(sources(), func(name string) bool { return strings.EqualFold(name, strings.ReplaceAll(v, " ", "")) })
		if i < 0 {
			c.Add(at, "%q changes no incidents: want %s", v, strings.Join(sources(), ", "))
			continue
		}
		out = append(out, sources()[i])
	}
	return out
}

// ruleIDs takes the rules' IDs from the paths of Azure's resources.
func ruleIDs(values []string) (out []string) {
	for _, v := range values {
		if strings.HasPrefix(v, "/") {
			v = v[strings.LastIndexByte(v, '/')+1:]
		}
		out = append(out, v)
	}
	return out
}

// nearest names the property that was probably meant.
func nearest(name string) string {
	for _, p := range properties() {
		if strings.EqualFold(p.name, name) {
			return ": did you mean " + p.name + "?"
		}
	}
	for _, prefix := range []string{"Incident", "Alert", "Account", "Host", "File", "Mail", "IoT", "Process", "Registry"} {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		var names []string
		for _, p := range properties() {
			if strings.HasPrefix(p.name, prefix) {
				names = append(names, p.name)
			}
		}
		return ": there are " + strings.Join(names, ", ")
	}
	return ""
}

func (c *conditionParser) changed(p *propertyFields, at string) condition {
	of := map[string]func(*incident.Incident) []string{"IncidentSeverity": severityOf, "IncidentStatus": statusOf, "IncidentOwner": ownerOf}
	name := c.oneOf(at+"propertyName", p.PropertyName, "IncidentSeverity", "IncidentStatus", "IncidentOwner")
	out := &propertyChanged{of: of[name], values: p.PropertyValues}
	if p.ChangeType == "" {
		c.Want(len(p.PropertyValues) == 0, at+"changeType", "is missing: want ChangedFrom or ChangedTo for the values")
		return out
	}
	change := c.oneOf(at+"changeType", p.ChangeType, "ChangedFrom", "ChangedTo")
	out.from, out.to = change == "ChangedFrom", change == "ChangedTo"
	if p.Operator == "" {
		p.Operator = "Equals"
	}
	out.operator = c.operator(at+"operator", p.Operator)
	c.Want(len(p.PropertyValues) > 0, at+"propertyValues", "are missing")
	return out
}

func (c *conditionParser) grew(p *propertyFields, at string) condition {
	of := map[string]func(*incident.Incident) []string{
		"Alerts": func(i *incident.Incident) []string { return i.Alerts }, "Labels": (*incident.Incident).LabelNames,
		"Tactics": func(i *incident.Incident) []string { return i.Tactics }, "Comments": commentsOf,
	}
	name := c.oneOf(at+"arrayType", p.ArrayType, "Alerts", "Labels", "Tactics", "Comments")
	c.oneOf(at+"changeType", p.ChangeType, "Added")
	return &listGrew{of[name]}
}

func (c *conditionParser) array(p *propertyFields, at string) condition {
	of := map[string]func(*subject) []map[string][]string{"CustomDetails": details, "CustomDetailValues": detailValues, "Labels": labels}
	name := c.oneOf(at+"arrayType", p.ArrayType, "CustomDetails", "CustomDetailValues", "Labels")
	c.oneOf(at+"arrayConditionType", p.ArrayConditionType, "AnyItem")
	c.Want(len(p.ItemConditions) > 0, at+"itemConditions", "are missing")
	return &anyItem{of[name], c.list(p.ItemConditions, at+"itemConditions")}
}

// only notes fields that a type of condition does not have.
func (p *propertyFields) only(x *problems, at, kind string, names ...string) {
	x.only(at, kind, names, map[string]bool{
		"propertyName": p.PropertyName != "", "operator": p.Operator != "", "propertyValues": p.PropertyValues != nil, "changeType": p.ChangeType != "",
		"arrayType": p.ArrayType != "", "arrayConditionType": p.ArrayConditionType != "", "itemConditions": p.ItemConditions != nil, "innerConditions": p.InnerConditions != nil,
	})
}

// only notes fields that are there and are not among names.
func (p *problems) only(at, kind string, names []string, there map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(there)) {
		if there[name] && !slices.Contains(names, name) {
			p.Add(at+"."+name, "is not of %s, which has %s", kind, strings.Join(names, ", "))
		}
	}
}
