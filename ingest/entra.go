package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// entra returns the mapping of an Entra ID diagnostic category, nil if category
// is not one of them.
//
// Sources: Microsoft's documentation of the Entra activity log schemas and of
// the Log Analytics tables.
func entra(category string) *mapping {
	category, table := entraTable(category)
	if table == "" {
		return nil
	}
	m := &mapping{
		table: table,
		envelope: map[string]string{
			"time": "TimeGenerated", "tenantId": "AADTenantId", "resourceId": "ResourceId",
			// The properties say better who called; see signIn for where they don't.
			"callerIpAddress": "",
		},
		properties: map[string]string{},
		constants:  map[string]string{"SourceSystem": "Azure AD"},
	}
	switch category {
	case "SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs":
		signIn(m)
	case "AuditLogs":
		m.properties["operationType"] = "AADOperationType"
		m.constants["Resource"], m.constants["ResourceGroup"] = entraResource, entraResource
	case "MicrosoftGraphActivityLogs":
		m.envelope["callerIpAddress"] = "IPAddress"
		m.properties["tenantId"] = "AADTenantId"
	case "UserRiskEvents", "RiskyUsers", "ServicePrincipalRiskEvents", "RiskyServicePrincipals":
		// The envelope's location is a region and its correlationId the
		// detection's own id; the properties have those of the sign-in.
		m.envelope["location"] = ""
		m.envelope["category"] = ""
		m.properties["isEnabled"] = "AccountEnabled"
	}
	return m
}

// entraResource is what the Resource and ResourceGroup columns of Entra's tables
// hold.
const entraResource = "Microsoft.aadiam"

// entraTable returns the Log Analytics table of an Entra category and the category as
// Entra spells it, whose case some collectors change; no table for another category.
func entraTable(category string) (spelt, table string) {
	for _, c := range [...]string{
		"SignInLogs", "NonInteractiveUserSignInLogs", "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs", "ProvisioningLogs",
		"RiskyUsers", "UserRiskEvents", "RiskyServicePrincipals", "ServicePrincipalRiskEvents", "CustomSecurityAttributeAuditLogs",
		"AuditLogs", "ADFSSignInLogs", "EnrichedOffice365AuditLogs", "MicrosoftGraphActivityLogs", "NetworkAccessTrafficLogs",
	} {
		if !strings.EqualFold(c, category) {
			continue
		}
		switch c {
		case "SignInLogs":
			return c, "SigninLogs"
		case "AuditLogs", "ADFSSignInLogs", "EnrichedOffice365AuditLogs", "MicrosoftGraphActivityLogs":
			return c, c
		case "NetworkAccessTrafficLogs":
			return c, "NetworkAccessTraffic"
		}
		return c, "AAD" + c
	}
	return category, ""
}

// signIn completes the mapping of the four sign-in categories.
func signIn(m *mapping) {
	// Where the properties lack an address, the envelope's is the same one.
	m.envelope["callerIpAddress"] = "IPAddress"
	for key, column := range map[string]string{
		"location":                         "LocationDetails",
		"resourceId":                       "ResourceIdentity",
		"appliedConditionalAccessPolicies": "ConditionalAccessPolicies",
		"signInTokenProtectionStatus":      "TokenProtectionStatusDetails",
		"homeTenantId":                     "HomeTenantId",
	} {
		m.properties[key] = column
	}
	if m.table == "AADNonInteractiveUserSignInLogs" {
		m.properties["processingTimeInMilliseconds"] = "ProcessingTimeInMs"
	}
	if m.table == "SigninLogs" {
		m.constants["Resource"] = entraResource
	}
	m.constants["ResourceGroup"] = entraResource
	m.derive = resultDescription
}

// resultDescription fills ResultDescription from the reason that the status
// holds: the envelope has it for failures of some services only.
func resultDescription(r *row) {
	status := r.value("Status")
	if status.raw == "" || status.raw[0] != '{' || !r.value("ResultDescription").isEmpty() {
		return
	}
	reason, ok := dynamic.LookupJSON(status.raw, dynamic.Name("failureReason"))
	if !ok {
		return
	}
	if s := reason.String(); s != "" {
		r.set("ResultDescription", valueOf(s))
	}
}
