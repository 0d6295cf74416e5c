package detect

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// fields are an entity's columns by what they hold, as upnColumn: AccountUpn.
type fields map[string]any

// An impactedAsset is a column that names who or what an alert is about, by the
// column's name with a small first letter.
type impactedAsset struct {
	Type       string `json:"@odata.type"`
	Identifier string `json:"identifier"`
}

// assetIdentifiers are the identifiers of assets by the kind of asset, each with the
// identifier of Sentinel's entity that it is. An empty one is no identity of its own.
func assetIdentifiers() map[string]map[string]string {
	return map[string]map[string]string{
		"Host": {"deviceId": "MdatpDeviceId", "deviceName": "FullName", "remoteDeviceName": "FullName", "targetDeviceName": "FullName", "destinationDeviceName": "FullName"},
		"Account": {
			"accountObjectId": "AadUserId", "accountSid": "Sid", "accountUpn": "FullName", "accountName": "Name", "accountDomain": "NTDomain", "accountId": "Name",
			"requestAccountSid": "Sid", "requestAccountName": "Name", "requestAccountDomain": "NTDomain", "recipientObjectId": "AadUserId",
			"processAccountObjectId": "AadUserId", "initiatingAccountSid": "Sid", "initiatingProcessAccountUpn": "FullName", "initiatingAccountName": "Name",
			"initiatingAccountDomain": "NTDomain", "servicePrincipalId": "ObjectGuid", "servicePrincipalName": "Name", "targetAccountUpn": "FullName",
		},
		"Mailbox": {
			"accountUpn": "MailboxPrimaryAddress", "fileOwnerUpn": "MailboxPrimaryAddress", "initiatingProcessAccountUpn": "MailboxPrimaryAddress",
			"lastModifyingAccountUpn": "MailboxPrimaryAddress", "targetAccountUpn": "MailboxPrimaryAddress", "senderFromAddress": "MailboxPrimaryAddress",
			"senderDisplayName": "DisplayName", "recipientEmailAddress": "MailboxPrimaryAddress", "senderMailFromAddress": "MailboxPrimaryAddress",
		},
	}
}

// fillAssets makes entities of the impacted assets, in their order.
func (t *alertTemplate) fillAssets(r *Rule, p *problems) {
	kinds := map[string]string{"impactedDeviceAsset": "Host", "impactedUserAsset": "Account", "impactedMailboxAsset": "Mailbox"}
	known := assetIdentifiers()
	for i, a := range t.ImpactedAssets {
		at := indexed("detectionAction.alertTemplate.impactedAssets", i)
		name := strings.TrimPrefix(a.Type, "#microsoft.graph.security.")
		kind, ok := kinds[name]
		if !ok {
			p.Add(at, "%q: want impactedDeviceAsset, impactedUserAsset or impactedMailboxAsset as @odata.type", name)
			continue
		}
		id, ok := named(slices.Sorted(maps.Keys(known[kind])), a.Identifier)
		if !ok {
			p.Add(at+".identifier", "%q: want one of %s", a.Identifier, strings.Join(slices.Sorted(maps.Keys(known[kind])), ", "))
			continue
		}
		field := FieldMapping{known[kind][id], upperFirst(id)}
		if kind == "Account" && field.Identifier == "NTDomain" && r.addDomain(field) {
			continue
		}
		e := EntityMapping{kind, []FieldMapping{field}}
		if !identified(e, entityTypes()[kind].required) {
			r.LeftOut = append(r.LeftOut, fmt.Sprintf("impacted asset %s, which names nobody by itself", a.Identifier))
			continue
		}
		r.Entities = append(r.Entities, e)
	}
}

// addDomain gives the domain to the account whose name was there before: AccountName
// and AccountDomain are one.
func (r *Rule) addDomain(domain FieldMapping) bool {
	name := strings.TrimSuffix(domain.Column, "Domain") + "Name"
	for i := range r.Entities {
		e := &r.Entities[i]
		if e.Type == "Account" && len(e.Fields) == 1 && e.Fields[0].Column == name {
			e.Fields = append(e.Fields, domain)
			return true
		}
	}
	return false
}

func upperFirst(s string) string {
	return string(unicode.ToUpper(rune(s[0]))) + s[1:]
}

// entityFields are the fields of entity mappings, by the list they are in, each with
// the identifier of Sentinel's entity that it is.
func entityFields() map[string]struct {
	kind string
	ids  map[string]string
} {
	type mapping = struct {
		kind string
		ids  map[string]string
	}
	return map[string]mapping{
		"accounts": {"Account", map[string]string{"aadUserIdColumn": "AadUserId", "dnsDomainColumn": "DnsDomain", "nameColumn": "Name", "ntDomainColumn": "NTDomain",
			"sidColumn": "Sid", "upnColumn": "FullName", "upnSuffixColumn": "UPNSuffix"}},
		"azureResources":    {"AzureResource", map[string]string{"resourceIdColumn": "ResourceId"}},
		"cloudApplications": {"CloudApplication", map[string]string{"appIdColumn": "AppId", "nameColumn": "Name"}},
		"oAuthApplications": {"CloudApplication", map[string]string{"oAuthAppIdColumn": "AppId"}},
		"dns":               {"DNS", map[string]string{"domainNameColumn": "DomainName"}},
		"files":             {"File", map[string]string{"nameColumn": "Name", "sha1Column": "SHA1", "sha256Column": "SHA256"}},
		"hosts": {"Host", map[string]string{"deviceIdColumn": "MdatpDeviceId", "dnsDomainColumn": "DnsDomain", "nameColumn": "HostName", "netBiosNameColumn": "NetBiosName",
			"ntDomainColumn": "NTDomain"}},
		"ips":          {"IP", map[string]string{"addressColumn": "Address", "scopeColumn": "AddressScope"}},
		"mailClusters": {"MailCluster", map[string]string{"queryColumn": "Query", "sourceColumn": "Source"}},
		"mailMessages": {"MailMessage", map[string]string{"networkMessageIdColumn": "NetworkMessageId", "recipientColumn": "Recipient", "senderColumn": "Sender",
			"subjectColumn": "Subject"}},
		"mailboxes":      {"Mailbox", map[string]string{"primaryAddressColumn": "MailboxPrimaryAddress"}},
		"processes":      {"Process", map[string]string{"sha1Column": "SHA1", "sha256Column": "SHA256"}},
		"registryValues": {"RegistryValue", map[string]string{"keyColumn": "Key", "valueNameColumn": "Name"}},
		"securityGroups": {"SecurityGroup", map[string]string{"distinguishedNameColumn": "DistinguishedName", "objectIdColumn": "ObjectGuid", "sidColumn": "SID"}},
		"urls":           {"URL", map[string]string{"addressColumn": "Url"}},
	}
}

// fillMappings makes entities of the mappings, by the names of their lists. What
// Sentinel's entities have no place for is left out, and told.
func (t *alertTemplate) fillMappings(r *Rule, p *problems) {
	known := entityFields()
	for _, list := range slices.Sorted(maps.Keys(t.EntityMappings)) {
		m, ok := known[list]
		at := "detectionAction.alertTemplate.entityMappings." + list
		switch {
		case list == "amazonResources" || list == "googleCloudResources":
			p.note(at, "is left out: Sentinel has no such type of entity")
			r.LeftOut = append(r.LeftOut, "entities "+list)
			continue
		case !ok:
			p.Add(at, "is no list of entities: want one of %s", strings.Join(slices.Sorted(maps.Keys(known)), ", "))
			continue
		}
		for i, f := range t.EntityMappings[list] {
			e := EntityMapping{Type: m.kind}
			for _, name := range slices.Sorted(maps.Keys(f)) {
				column, isText := f[name].(string)
				id, isColumn := m.ids[name]
				switch {
				case name == "id" || name == "@odata.type":
				case isColumn && isText && column != "":
					e.Fields = append(e.Fields, FieldMapping{id, column})
				case strings.HasSuffix(name, "Column") && isText:
					r.LeftOut = append(r.LeftOut, fmt.Sprintf("%s of %s", name, list))
				default:
					p.Add(indexed(at, i)+"."+name, "is no column of an entity of %s", list)
				}
			}
			if !identified(e, entityTypes()[m.kind].required) {
				p.Add(indexed(at, i), "does not identify the %s: want %s among its columns", m.kind, inWords(entityTypes()[m.kind].required))
				continue
			}
			r.Entities = append(r.Entities, e)
		}
	}
}
