-- The detection of suspicious API traffic. Its KQL is the mission's query or,
-- where that is not at hand, the rule that ships in rules/.
WITH detections AS MATERIALIZED (
	SELECT e.* FROM (
		SELECT arg_max(struct_pack(ActivityDateTime, DetectedDateTime, Source, Activity, DetectionTimingType, UserDisplayName, UserPrincipalName,
			UserId, IpAddress, RequestId, CorrelationId, TokenIssuerType, RiskEventType, RiskDetail, RiskLevel, RiskState, AdditionalInfo, Id),
			TimeGenerated) AS e, min(TimeGenerated) AS FirstTimeGenerated
		FROM AADUserRiskEvents
		WHERE TimeGenerated > {now} - INTERVAL 2 DAY AND Source = 'IdentityProtection' AND RiskEventType = 'suspiciousAPITraffic'
		GROUP BY Id)
	WHERE FirstTimeGenerated > {now} - INTERVAL 5 MINUTE
), alerts AS (
	SELECT a.* FROM (
		SELECT arg_max(struct_pack(AlertName, AlertSeverity, Description, Status, Entities, ExtendedProperties, VendorName, ProviderName, ProductName,
			ProductComponentName, RemediationSteps, Tactics, Techniques, SubTechniques, VendorOriginalId, SystemAlertId, CompromisedEntity, AlertLink),
			TimeGenerated) AS a
		FROM SecurityAlert
		WHERE ProviderName = 'IPC' AND ProductName = 'Azure Active Directory Identity Protection' AND AlertType = 'SuspiciousAPITraffic'
			AND VendorOriginalId IN (SELECT Id FROM detections)
		GROUP BY VendorOriginalId)
), latest AS (
	SELECT arg_max(file_row_number, _TimeReceived) AS r FROM AADNonInteractiveUserSignInLogs
	WHERE TimeGenerated > {now} - INTERVAL 2 DAY AND OriginalRequestId IN (SELECT RequestId FROM detections)
	GROUP BY OriginalRequestId
), signins AS (
	SELECT * FROM AADNonInteractiveUserSignInLogs
	WHERE OriginalRequestId IN (SELECT RequestId FROM detections) AND file_row_number IN (SELECT r FROM latest)
)
SELECT d.ActivityDateTime, d.DetectedDateTime, d.Source, d.Activity, d.DetectionTimingType, d.UserDisplayName, d.UserPrincipalName, d.UserId,
	d.IpAddress, d.RequestId, d.CorrelationId, d.TokenIssuerType, d.RiskEventType, d.RiskDetail, d.RiskLevel, d.RiskState,
	d.AdditionalInfo::JSON AS AdditionalInfo, d.Id,
	'https://entra.microsoft.com/#blade/Microsoft_AAD_IAM/RiskDetectionsBlade/riskState~/[]/userId/' || d.UserId || '/riskLevel/[]/daysBack/90' AS AltAlertLink,
	a.AlertName, a.AlertSeverity, a.Description, a.Status AS AlertStatus, a.Entities, a.ExtendedProperties, a.VendorName, a.ProviderName,
	a.ProductName, a.ProductComponentName, a.RemediationSteps, a.Tactics, a.Techniques, a.SubTechniques, a.VendorOriginalId, a.SystemAlertId,
	a.CompromisedEntity, coalesce(nullif(a.AlertLink, ''), AltAlertLink) AS AlertLink,
	s.TimeGenerated, s.CreatedDateTime, s.Type, s.AlternateSignInName, s.UserType, s.IPAddress, s.AutonomousSystemNumber, s.Location,
	s.NetworkLocationDetails, s.ResultType, s.ResultSignature, s.ResultDescription, s.ClientAppUsed, s.AppDisplayName, s.ResourceDisplayName,
	s.DeviceDetail, s.UserAgent, s.Status, s.MfaDetail, s.AuthenticationContextClassReferences, s.AuthenticationDetails,
	s.AuthenticationProcessingDetails, s.AuthenticationProtocol, s.AuthenticationRequirement, s.AuthenticationRequirementPolicies,
	s.SessionLifetimePolicies, s.IncomingTokenType, s.TokenProtectionStatusDetails, s.ConditionalAccessStatus, s.ConditionalAccessPolicies,
	s.RiskEventTypes_V2, s.RiskLevelAggregated, s.RiskLevelDuringSignIn, s.HomeTenantId, s.ResourceTenantId, s.CrossTenantAccessType, s.AppId,
	s.ResourceIdentity, s.UniqueTokenIdentifier, s.SessionId
FROM detections d
LEFT JOIN alerts a ON d.Id = a.VendorOriginalId
LEFT JOIN signins s ON d.RequestId = s.OriginalRequestId
