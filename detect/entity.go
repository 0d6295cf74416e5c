package detect

import (
	"fmt"
	"slices"
	"strings"
)

// An entityType is a kind of thing that alerts are about.
type entityType struct {
	identifiers []string
	// required are the sets of identifiers of which an entity has at least one.
	required [][]string
	// beyond are identifiers that Sentinel's mappings do not have, and Defender's
	// entities do.
	beyond []string
}

// entityTypes are the types that a mapping may name.
//
// Source: Microsoft's documentation of entity types, and the identifiers that the
// public rule repository's checks know.
func entityTypes() map[string]entityType {
	any := func(ids ...string) (sets [][]string) {
		for _, id := range ids {
			sets = append(sets, []string{id})
		}
		return sets
	}
	return map[string]entityType{
		"Account": {strings.Fields("Name FullName NTDomain DnsDomain UPNSuffix Sid AadTenantId AadUserId PUID IsDomainJoined DisplayName ObjectGuid"),
			any("FullName", "Sid", "Name", "AadUserId", "PUID", "ObjectGuid"), nil},
		"AzureResource":    {[]string{"ResourceId"}, any("ResourceId"), nil},
		"CloudApplication": {[]string{"AppId", "Name", "InstanceName"}, any("AppId", "Name"), nil},
		"DNS":              {[]string{"DomainName"}, any("DomainName"), nil},
		"File":             {[]string{"Directory", "Name"}, any("Name", "SHA1", "SHA256"), []string{"SHA1", "SHA256"}},
		"FileHash":         {[]string{"Algorithm", "Value"}, [][]string{{"Algorithm", "Value"}}, nil},
		"Host": {strings.Fields("DnsDomain NTDomain HostName FullName NetBiosName AzureID OMSAgentID OSFamily OSVersion IsDomainJoined"),
			any("FullName", "HostName", "NetBiosName", "AzureID", "OMSAgentID", "MdatpDeviceId"), []string{"MdatpDeviceId"}},
		"IoTDevice": {strings.Fields("DeviceId DeviceName Manufacturer Model FirmwareVersion OperatingSystem MacAddress Protocols SerialNumber Source " +
			"IoTSecurityAgentId DeviceType"), any("DeviceId"), nil},
		"IP": {[]string{"Address", "AddressScope"}, any("Address"), nil},
		"Mailbox": {strings.Fields("MailboxPrimaryAddress DisplayName Upn ExternalDirectoryObjectId RiskLevel"),
			any("MailboxPrimaryAddress"), nil},
		"MailCluster": {strings.Fields("NetworkMessageIds CountByDeliveryStatus CountByThreatType CountByProtectionStatus Threats Query QueryTime " +
			"MailCount IsVolumeAnomaly Source ClusterSourceIdentifier ClusterSourceType ClusterQueryStartTime ClusterQueryEndTime ClusterGroup"),
			any("Query", "Source"), nil},
		"MailMessage": {strings.Fields("Recipient Urls Threats Sender P1Sender P1SenderDisplayName P1SenderDomain SenderIP P2Sender P2SenderDisplayName " +
			"P2SenderDomain ReceivedDate NetworkMessageId InternetMessageId Subject BodyFingerprintBin1 BodyFingerprintBin2 BodyFingerprintBin3 " +
			"BodyFingerprintBin4 BodyFingerprintBin5 AntispamDirection DeliveryAction DeliveryLocation Language ThreatDetectionMethods"),
			any("NetworkMessageId", "Recipient"), nil},
		"Malware": {[]string{"Name", "Category"}, any("Name"), nil},
		"Process": {strings.Fields("ProcessId CommandLine ElevationToken CreationTimeUtc"), any("CommandLine", "ProcessId", "SHA1", "SHA256"),
			[]string{"SHA1", "SHA256"}},
		"RegistryKey":   {[]string{"Hive", "Key"}, any("Key", "Hive"), nil},
		"RegistryValue": {[]string{"Name", "Value", "ValueType"}, any("Name"), []string{"Key"}},
		"SecurityGroup": {[]string{"DistinguishedName", "SID", "ObjectGuid"}, any("DistinguishedName", "SID", "ObjectGuid"), nil},
		"SubmissionMail": {strings.Fields("NetworkMessageId Timestamp Recipient Sender SenderIp Subject ReportType SubmissionId SubmissionDate Submitter"),
			any("SubmissionId", "NetworkMessageId", "Recipient", "Submitter"), nil},
		"URL": {[]string{"Url"}, any("Url"), nil},
	}
}

// named returns the name among known that is name but for its case.
func named(known []string, name string) (string, bool) {
	for _, k := range known {
		if strings.EqualFold(k, name) {
			return k, true
		}
	}
	return "", false
}

// fillEntities reads the mappings. Names are taken in any case, as Sentinel takes
// them, and kept as it writes them.
func (c *content) fillEntities(r *Rule, p *problems) {
	all := entityTypes()
	var names []string
	for n := range all {
		names = append(names, n)
	}
	slices.Sort(names)
	for i, m := range c.EntityMappings {
		path := fmt.Sprintf("entityMappings[%d]", i)
		name, known := named(names, m.EntityType)
		switch {
		case m.EntityType == "":
			p.Add(path+".entityType", "is missing")
		case !known:
			p.Add(path+".entityType", "%q: want one of %s", m.EntityType, strings.Join(names, ", "))
		}
		e := EntityMapping{Type: name}
		p.Want(len(m.FieldMappings) > 0, path+".fieldMappings", "is missing")
		for j, f := range m.FieldMappings {
			at := fmt.Sprintf("%s.fieldMappings[%d]", path, j)
			p.Want(f.ColumnName != "", at+".columnName", "is missing")
			id, ok := named(all[name].identifiers, f.Identifier)
			if !ok {
				id, ok = named(all[name].beyond, f.Identifier)
				p.warn(!ok, at+".identifier", "is one that Sentinel does not take")
			}
			switch {
			case f.Identifier == "":
				p.Add(at+".identifier", "is missing")
			case known && !ok:
				p.Add(at+".identifier", "%q: want one of %s for %s", f.Identifier, strings.Join(all[name].identifiers, ", "), name)
			}
			e.Fields = append(e.Fields, FieldMapping{id, f.ColumnName})
		}
		if known && len(e.Fields) > 0 && !identified(e, all[name].required) {
			p.Add(path+".fieldMappings", "do not identify the %s: want %s among them", name, inWords(all[name].required))
		}
		p.warn(len(e.Fields) <= 3, path+".fieldMappings", "are more than the 3 that Sentinel takes")
		r.Entities = append(r.Entities, e)
	}
	p.warn(len(r.Entities) <= 10, "entityMappings", "are more than the 10 that Sentinel takes")
	for i, m := range c.SentinelEntitiesMappings {
		p.Want(m.ColumnName != "", fmt.Sprintf("sentinelEntitiesMappings[%d].columnName", i), "is missing")
		r.EntityColumns = append(r.EntityColumns, m.ColumnName)
	}
}

func identified(e EntityMapping, required [][]string) bool {
	return slices.ContainsFunc(required, func(set []string) bool {
		for _, id := range set {
			if !slices.ContainsFunc(e.Fields, func(f FieldMapping) bool { return f.Identifier == id }) {
				return false
			}
		}
		return true
	})
}

func inWords(sets [][]string) string {
	var out []string
	for _, s := range sets {
		out = append(out, strings.Join(s, " and "))
	}
	return strings.Join(out, " or ")
}
