SELECT TimeGenerated, UserPrincipalName, AppDisplayName, IPAddress, UserAgent, ConditionalAccessPolicies, AuthenticationDetails
FROM AADNonInteractiveUserSignInLogs WHERE OriginalRequestId = '{request}'
