package detect

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// parts returns the entity with the identifiers of Microsoft's schema: FullName is none of
// them, and a mapping's FullName is the name, and the domain that is written with it.
// Identifiers that are mapped beside it are as they are mapped.
//
// Source: Microsoft's reference of entity types: Name holds the name without a domain,
// UPNSuffix and NTDomain what is written after @ and before \, HostName the name
// without the suffix, which is DnsDomain.
func (x Entity) parts() Entity {
	out := Entity{Type: x.Type}
	full := ""
	for _, f := range x.Fields {
		if f.Identifier == "FullName" {
			full = f.Value
			continue
		}
		out.Fields = append(out.Fields, f)
	}
	var split []EntityField
	switch {
	case full == "":
		return x
	case strings.EqualFold(x.Type, "Account"):
		split = splitAccount(full)
	case strings.EqualFold(x.Type, "Host"):
		split = splitHost(full)
	default:
		return x
	}
	for _, f := range split {
		if out.field(f.Identifier) == "" {
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

// splitAccount takes ada@contoso.com or CONTOSO\ada apart. What is neither is a name.
func splitAccount(full string) []EntityField {
	if domain, name, ok := strings.Cut(full, `\`); ok && domain != "" && name != "" {
		return []EntityField{{"Name", name}, {"NTDomain", domain}}
	}
	if i := strings.LastIndexByte(full, '@'); i > 0 && i < len(full)-1 {
		return []EntityField{{"Name", full[:i]}, {"UPNSuffix", full[i+1:]}}
	}
	return []EntityField{{"Name", full}}
}

// splitHost takes pc7.contoso.com or CONTOSO\pc7 apart. An address is a name.
func splitHost(full string) []EntityField {
	if domain, name, ok := strings.Cut(full, `\`); ok && domain != "" && name != "" {
		return []EntityField{{"HostName", name}, {"NTDomain", domain}}
	}
	name, domain, ok := strings.Cut(full, ".")
	if !ok || name == "" || domain == "" || strings.Trim(full, "0123456789.") == "" || strings.Contains(full, ":") {
		return []EntityField{{"HostName", full}}
	}
	return []EntityField{{"HostName", name}, {"DnsDomain", domain}}
}

// field returns the value of an identifier, empty if the entity has none.
func (x Entity) field(identifier string) string {
	for _, f := range x.Fields {
		if f.Identifier == identifier {
			return f.Value
		}
	}
	return ""
}

// builtIn reports whether an entity is an account that is known by its name alone, and that
// name is one that every machine has: Sentinel drops such accounts from its alerts.
//
// Source: Microsoft's reference of entity types, the note on accounts.
func (x Entity) builtIn() bool {
	if x.Type != "Account" || len(x.Fields) != 1 || x.Fields[0].Identifier != "Name" {
		return false
	}
	switch strings.ToUpper(strings.TrimSpace(x.Fields[0].Value)) {
	case "ADMIN", "ADMINISTRATOR", "SYSTEM", "ROOT", "ANONYMOUS", "AUTHENTICATED USER", "NETWORK", "NULL", "LOCAL SYSTEM", "LOCALSYSTEM", "NETWORK SERVICE":
		return true
	}
	return false
}

// EntitiesText writes entities as the column Entities of SecurityAlert holds them: a JSON
// array of objects that are numbered, of Microsoft's types and identifiers.
func EntitiesText(entities []Entity) string {
	b := []byte{'['}
	for i, x := range entities {
		if i > 0 {
			b = append(b, ',')
		}
		b = x.appendText(b, i)
	}
	return string(append(b, ']'))
}

// appendText appends the entity as the object at i of its list.
func (x Entity) appendText(b []byte, i int) []byte {
	b = append(b, `{"$id":"`...)
	b = strconv.AppendInt(b, int64(i)+2, 10) // 1 is the list
	b = append(b, '"')
	for _, f := range x.parts().Fields {
		b = append(b, ',')
		b = appendJSON(b, f.Identifier)
		b = append(b, ':')
		if lower := strings.ToLower(f.Value); isFlag(f.Identifier) && (lower == "true" || lower == "false") {
			b = append(b, lower...)
			continue
		}
		b = appendJSON(b, f.Value)
	}
	b = append(b, `,"Type":`...)
	return append(appendJSON(b, entityName(x.Type)), '}')
}

// isFlag reports whether an identifier is true or false in Microsoft's schema.
func isFlag(identifier string) bool {
	return identifier == "IsDomainJoined" || identifier == "IsVolumeAnomaly"
}

// maxEntitiesText is how long, in bytes, the text of an alert's entities is at most.
//
// Source: Microsoft's page on mapping fields to entities: they are added one by one until
// the field has that size, and the others are dropped.
const maxEntitiesText = 64 << 10

// fitting returns the first entities, as many as the column has room for.
func fitting(entities []Entity) []Entity {
	size := len("[]")
	var b []byte
	for i, x := range entities {
		b = x.appendText(b[:0], i)
		if size += len(b); i > 0 {
			size++
		}
		if size > maxEntitiesText {
			return entities[:i]
		}
	}
	return entities
}

// entityName is what entities of a type of a mapping call it.
//
// Source: Microsoft's reference of entity types, the field Type of their schemas.
func entityName(kind string) string {
	switch kind {
	case "AzureResource":
		return "azure-resource"
	case "CloudApplication":
		return "cloud-application"
	case "MailCluster":
		return "mail-cluster"
	case "MailMessage":
		return "mail-message"
	case "RegistryKey":
		return "registry-key"
	case "RegistryValue":
		return "registry-value"
	case "SecurityGroup":
		return "security-group"
	case "SubmissionMail":
		return kind
	}
	return strings.ToLower(kind)
}

// appendJSON appends a text as JSON writes it. What HTML would take for its own stays as
// it is, so that queries find it in the text.
func appendJSON(b []byte, s string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a text always can be
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
