package tenant

import "strconv"

// AppendSignInEnvelope appends a sign-in as a diagnostic setting delivers it:
// the common envelope around the properties that Entra logs, on one line.
func AppendSignInEnvelope(dst []byte, s *SignIn) []byte {
	t := s.tenant
	dst = append(dst, `{"time":"`...)
	dst = appendISO(dst, s.Time, "Z")
	if s.Stamped {
		dst = append(dst, `","_TimeReceived":"`...)
		dst = appendISO(dst, s.Received, "Z")
	}
	dst = field(dst, `","resourceId":"/tenants/`, t.id)
	dst = field(dst, `/providers/Microsoft.aadiam","operationName":"Sign-in activity","operationVersion":"1.0","category":"NonInteractiveUserSignInLogs","tenantId":"`, t.id)
	dst = field(dst, `","resultType":"`, s.outcome.code)
	dst = field(dst, `","resultSignature":"`, s.signature())
	if s.outcome.reason != "" {
		dst = field(dst, `","resultDescription":"`, s.outcome.reason)
	}
	dst = append(dst, `","durationMs":`...)
	dst = strconv.AppendInt(dst, int64(s.duration), 10)
	dst = field(dst, `,"callerIpAddress":"`, s.ip)
	dst = field(dst, `","correlationId":"`, s.CorrelationID)
	dst = field(dst, `","identity":"`, s.user.name)
	dst = field(dst, `","Level":4,"location":"`, s.place.country)
	dst = append(dst, `","properties":{`...)
	dst = s.appendRequest(dst)
	dst = s.appendVerdict(dst)
	dst = s.appendParties(dst)
	return append(dst, "}}\n"...)
}

// field appends literal JSON and a value that needs no escaping.
func field(dst []byte, literal, value string) []byte {
	return append(append(dst, literal...), value...)
}

// appendRequest writes who asked for what, from where.
func (s *SignIn) appendRequest(dst []byte) []byte {
	dst = field(dst, `"id":"`, s.ID)
	dst = append(dst, `","createdDateTime":"`...)
	dst = appendISO(dst, s.Created, "+00:00")
	dst = field(dst, `","userDisplayName":"`, s.user.name)
	dst = field(dst, `","userPrincipalName":"`, s.user.upn)
	dst = field(dst, `","userId":"`, s.user.id)
	dst = field(dst, `","appId":"`, s.app.id)
	dst = field(dst, `","appDisplayName":"`, s.app.name)
	dst = field(dst, `","ipAddress":"`, s.ip)
	dst = field(dst, `","status":`, s.outcome.status)
	dst = field(dst, `,"clientAppUsed":"`, s.clientApp())
	dst = field(dst, `","userAgent":"`, s.userAgent())
	dst = field(dst, `","deviceDetail":`, s.device.json)
	dst = field(dst, `,"location":`, s.place.json)
	dst = field(dst, `,"mfaDetail":{},"correlationId":"`, s.CorrelationID)
	dst = field(dst, `","originalRequestId":"`, s.OriginalRequestID)
	dst = field(dst, `","sessionId":"`, s.SessionID)
	dst = field(dst, `","uniqueTokenIdentifier":"`, s.TokenID)
	return append(dst, `","isInteractive":false,"tokenIssuerName":"","tokenIssuerType":"AzureAD",`...)
}

// appendVerdict writes how the request was judged.
func (s *SignIn) appendVerdict(dst []byte) []byte {
	dst = field(dst, `"conditionalAccessStatus":"`, s.policies.status)
	dst = field(dst, `","appliedConditionalAccessPolicies":`, s.policies.json)
	dst = field(dst, `,"authenticationContextClassReferences":[],"authenticationProcessingDetails":`, s.processing)
	dst = field(dst, `,"networkLocationDetails":`, s.network())
	dst = append(dst, `,"clientCredentialType":"none","processingTimeInMilliseconds":`...)
	dst = strconv.AppendInt(dst, int64(s.milliseconds), 10)
	dst = field(dst, `,"riskDetail":"`, s.risk.detail)
	dst = field(dst, `","riskLevelAggregated":"`, s.risk.level)
	dst = field(dst, `","riskLevelDuringSignIn":"`, s.risk.level)
	dst = field(dst, `","riskState":"`, s.risk.state)
	dst = field(dst, `","riskEventTypes":`, s.risk.types)
	dst = field(dst, `,"riskEventTypes_v2":`, s.risk.types)
	dst = field(dst, `,"authenticationDetails":`, s.authDetails)
	dst = field(dst, `,"authenticationRequirementPolicies":`, s.requirementPolicies())
	dst = field(dst, `,"sessionLifetimePolicies":`, s.lifetime())
	dst = field(dst, `,"authenticationRequirement":"`, s.requirement())
	dst = field(dst, `","incomingTokenType":"`, s.incoming)
	dst = field(dst, `","authenticationProtocol":"`, s.protocol)
	dst = field(dst, `","originalTransferMethod":"none","signInTokenProtectionStatus":"unbound","tokenProtectionStatusDetails":`, s.protection())
	return append(dst, ',')
}

// appendParties writes the tenants, the resource and the rest.
func (s *SignIn) appendParties(dst []byte) []byte {
	t := s.tenant
	dst = field(dst, `"resourceDisplayName":"`, s.resource.name)
	dst = field(dst, `","resourceId":"`, s.resource.id)
	dst = field(dst, `","resourceServicePrincipalId":"`, s.resource.principal)
	dst = field(dst, `","resourceTenantId":"`, t.id)
	dst = field(dst, `","homeTenantId":"`, s.user.home)
	dst = field(dst, `","tenantId":"`, t.id)
	dst = field(dst, `","appOwnerTenantId":"`, s.owner())
	dst = field(dst, `","resourceOwnerTenantId":"`, s.resourceOwner())
	dst = field(dst, `","servicePrincipalId":"","userType":"`, s.userType())
	dst = field(dst, `","crossTenantAccessType":"`, s.crossTenant())
	dst = field(dst, `","autonomousSystemNumber":`, s.place.asn)
	dst = append(dst, `,"flaggedForReview":false,"isTenantRestricted":false,"isThroughGlobalSecureAccess":false,"globalSecureAccessIpAddress":"","privateLinkDetails":{},"ssoExtensionVersion":"","appliedEventListeners":[],"agent":{"agentType":"notAgentic"},`...)
	dst = field(dst, `"alternateSignInName":"`, s.alternate())
	return append(dst, `","signInIdentifierType":""`...)
}

func (s *SignIn) signature() string {
	if s.outcome.code == "0" {
		return "SUCCESS"
	}
	return "FAILURE"
}
