SELECT UserPrincipalName, s.TimeGenerated, s.IPAddress, s.Location, s.AppDisplayName FROM (
	SELECT UserPrincipalName, arg_max(struct_pack(TimeGenerated := TimeGenerated, IPAddress := IPAddress, Location := Location,
		AppDisplayName := AppDisplayName), TimeGenerated) AS s
	FROM AADNonInteractiveUserSignInLogs GROUP BY UserPrincipalName)
