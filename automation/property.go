package automation

import (
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/incident"
)

// A property has values that conditions compare.
type property struct {
	name string
	of   func(s *subject) []string
	// alerts says that alerts have it, too.
	alerts bool
}

// The properties of elements of lists.
const (
	detailKey   = "IncidentCustomDetailsKey"
	detailValue = "IncidentCustomDetailsValue"
	label       = "IncidentLabel"
)

// updatedBy is who has made the change that a rule is about.
const updatedBy = "IncidentUpdatedBySource"

// incidentProperty is a property of incidents, of which elements of lists may have
// their own.
func incidentProperty(name string, of func(i *incident.Incident) []string) property {
	return property{name: name, of: func(s *subject) []string {
		if values, ok := s.item[name]; ok {
			return values
		}
		if s.after == nil {
			return nil
		}
		return of(s.after)
	}}
}

// properties are those that conditions may name.
func properties() []property {
	out := []property{
		incidentProperty("IncidentTitle", func(i *incident.Incident) []string { return []string{i.Title} }),
		incidentProperty("IncidentDescription", func(i *incident.Incident) []string { return []string{i.Description} }),
		incidentProperty("IncidentSeverity", severityOf),
		incidentProperty("IncidentStatus", statusOf),
		incidentProperty("IncidentTactics", func(i *incident.Incident) []string { return i.Tactics }),
		incidentProperty(label, (*incident.Incident).LabelNames),
		incidentProperty("IncidentProviderName", func(*incident.Incident) []string { return []string{provider} }),
		incidentProperty("IncidentRelatedAnalyticRuleIds", func(i *incident.Incident) []string { return append(slices.Clone(i.Rules), i.RuleNames...) }),
		incidentProperty(detailKey, func(i *incident.Incident) []string { return slices.Sorted(maps.Keys(i.Details)) }),
		incidentProperty(detailValue, func(i *incident.Incident) []string { return slices.Concat(slices.Collect(maps.Values(i.Details))...) }),
		{name: updatedBy, of: func(s *subject) []string { return sourceOf(s.change.By) }},
		{name: "AlertProductNames", alerts: true, of: func(s *subject) []string {
			if s.alert != nil {
				return []string{s.alert.Product}
			}
			return s.after.Products
		}},
		{name: "AlertAnalyticRuleIds", alerts: true, of: func(s *subject) []string {
			if s.alert != nil {
				return []string{s.alert.Rule, s.alert.RuleName}
			}
			return append(slices.Clone(s.after.Rules), s.after.RuleNames...)
		}},
	}
	for _, e := range entityProperties() {
		out = append(out, property{name: e.name, alerts: true, of: e.values})
	}
	return out
}

// provider is the ProviderName of all incidents.
const provider = "Azure Sentinel"

func severityOf(i *incident.Incident) []string { return []string{string(i.Severity)} }
func statusOf(i *incident.Incident) []string   { return []string{string(i.Status)} }

func ownerOf(i *incident.Incident) []string {
	var out []string
	for _, s := range []string{i.Owner.ObjectID, i.Owner.UserPrincipalName, i.Owner.Email, i.Owner.AssignedTo} {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func commentsOf(i *incident.Incident) (out []string) {
	for _, c := range i.Comments {
		out = append(out, c.ID)
	}
	return out
}

// sources are those that Sentinel's documentation names for "Updated by". What changes
// incidents here are the first three: clients of the API are users, there are no
// playbooks, and nothing comes from Defender.
//
// Source: Microsoft's documentation of automation rules, on the update trigger. How its
// JSON spells them is not documented.
func sources() []string {
	return []string{"User", "AlertGrouping", "AutomationRule", "Application", "Playbook", "Microsoft365Defender"}
}

// sourceOf names who has changed an incident as conditions do.
func sourceOf(a incident.Actor) []string {
	switch a.Kind {
	case incident.ByAlerts:
		return []string{"AlertGrouping"}
	case incident.ByAutomation:
		return []string{"AutomationRule"}
	}
	return []string{"User"}
}

// An entityProperty is an identifier of entities of a type.
type entityProperty struct {
	name, entity string
	// of returns the values of an entity.
	of func(fields map[string]string) []string
}

func (p entityProperty) values(s *subject) (out []string) {
	entities := []incident.Entity(nil)
	if s.alert != nil {
		entities = s.alert.Entities
	} else if s.after != nil {
		entities = s.after.Entities
	}
	for _, e := range entities {
		if !e.Is(p.entity) {
			continue
		}
		for _, v := range p.of(e.Fields) {
			if v != "" {
				out = append(out, v)
			}
		}
	}
	return out
}

// field takes an identifier as it is.
func field(name string) func(map[string]string) []string {
	return func(f map[string]string) []string { return []string{f[name]} }
}

// entityProperties are those of the reference of automation rules.
func entityProperties() []entityProperty {
	return []entityProperty{
		{"AccountAadTenantId", "Account", field("AadTenantId")}, {"AccountAadUserId", "Account", field("AadUserId")},
		{"AccountName", "Account", accountName}, {"AccountNTDomain", "Account", accountDomain},
		{"AccountPUID", "Account", field("PUID")}, {"AccountSid", "Account", field("Sid")}, {"AccountObjectGuid", "Account", field("ObjectGuid")},
		{"AccountUPNSuffix", "Account", accountSuffix},
		{"AzureResourceResourceId", "AzureResource", field("ResourceId")}, {"AzureResourceSubscriptionId", "AzureResource", subscription},
		{"CloudApplicationAppId", "CloudApplication", field("AppId")}, {"CloudApplicationAppName", "CloudApplication", field("Name")},
		{"DNSDomainName", "DNS", field("DomainName")},
		{"FileDirectory", "File", field("Directory")}, {"FileName", "File", field("Name")}, {"FileHashValue", "FileHash", field("Value")},
		{"HostAzureID", "Host", field("AzureID")}, {"HostName", "Host", hostName}, {"HostNetBiosName", "Host", field("NetBiosName")},
		{"HostNTDomain", "Host", field("NTDomain")}, {"HostOSVersion", "Host", field("OSVersion")},
		{"IoTDeviceId", "IoTDevice", field("DeviceId")}, {"IoTDeviceName", "IoTDevice", field("DeviceName")}, {"IoTDeviceType", "IoTDevice", field("DeviceType")},
		{"IoTDeviceVendor", "IoTDevice", field("Manufacturer")}, {"IoTDeviceModel", "IoTDevice", field("Model")},
		{"IoTDeviceOperatingSystem", "IoTDevice", field("OperatingSystem")},
		{"IPAddress", "IP", field("Address")},
		{"MailboxDisplayName", "Mailbox", field("DisplayName")}, {"MailboxPrimaryAddress", "Mailbox", field("MailboxPrimaryAddress")}, {"MailboxUPN", "Mailbox", field("Upn")},
		{"MailMessageDeliveryAction", "MailMessage", field("DeliveryAction")}, {"MailMessageDeliveryLocation", "MailMessage", field("DeliveryLocation")},
		{"MailMessageRecipient", "MailMessage", field("Recipient")}, {"MailMessageSenderIP", "MailMessage", field("SenderIP")},
		{"MailMessageSubject", "MailMessage", field("Subject")}, {"MailMessageP1Sender", "MailMessage", field("P1Sender")}, {"MailMessageP2Sender", "MailMessage", field("P2Sender")},
		{"MalwareCategory", "Malware", field("Category")}, {"MalwareName", "Malware", field("Name")},
		{"ProcessCommandLine", "Process", field("CommandLine")}, {"ProcessId", "Process", field("ProcessId")},
		{"RegistryKey", "RegistryKey", field("Key")}, {"RegistryValueData", "RegistryValue", field("Value")}, {"Url", "URL", field("Url")},
	}
}

// accountName is an account's name without its domain. Rules often map one column to
// FullName or Name that has both.
func accountName(f map[string]string) []string {
	name, _, _ := parts(f)
	return []string{name}
}

func accountSuffix(f map[string]string) []string {
	_, suffix, _ := parts(f)
	return []string{suffix}
}

func accountDomain(f map[string]string) []string {
	_, _, domain := parts(f)
	return []string{domain}
}

// parts takes an account's names apart: ada@contoso.com, CONTOSO\ada.
func parts(f map[string]string) (name, suffix, domain string) {
	name, suffix, domain = f["Name"], f["UPNSuffix"], f["NTDomain"]
	full := f["FullName"]
	if name == "" || suffix == "" && domain == "" && strings.ContainsAny(name, `@\`) {
		if full == "" {
			full = name
		}
		if d, n, ok := strings.Cut(full, `\`); ok {
			return n, suffix, d
		}
		if n, s, ok := strings.Cut(full, "@"); ok {
			return n, s, domain
		}
		return full, suffix, domain
	}
	return name, suffix, domain
}

// hostName is a host's name without its domain.
func hostName(f map[string]string) []string {
	name := f["HostName"]
	if name == "" {
		name, _, _ = strings.Cut(f["FullName"], ".")
	}
	return []string{name}
}

// subscription is the part of an Azure resource's ID that says whose it is.
func subscription(f map[string]string) []string {
	if id := f["SubscriptionId"]; id != "" {
		return []string{id}
	}
	words := strings.Split(strings.Trim(f["ResourceId"], "/"), "/")
	if len(words) > 1 && strings.EqualFold(words[0], "subscriptions") {
		return []string{words[1]}
	}
	return nil
}

// details are the custom details of an incident, as elements of a list.
func details(s *subject) (out []map[string][]string) {
	if s.after == nil {
		return nil
	}
	for _, key := range slices.Sorted(maps.Keys(s.after.Details)) {
		out = append(out, map[string][]string{detailKey: {key}, detailValue: s.after.Details[key]})
	}
	return out
}

// detailValues are the values of the custom detail that is looked at, or of all.
func detailValues(s *subject) (out []map[string][]string) {
	values, ok := s.item[detailValue]
	if !ok && s.after != nil {
		values = slices.Concat(slices.Collect(maps.Values(s.after.Details))...)
	}
	for _, v := range values {
		item := maps.Clone(s.item)
		if item == nil {
			item = map[string][]string{}
		}
		item[detailValue] = []string{v}
		out = append(out, item)
	}
	return out
}

// labels are those of an incident, as elements of a list.
func labels(s *subject) (out []map[string][]string) {
	if s.after == nil {
		return nil
	}
	for _, l := range s.after.LabelNames() {
		out = append(out, map[string][]string{label: {l}})
	}
	return out
}
