SELECT * FROM (
	SELECT IPAddress, TimeGenerated, row_number() OVER (ORDER BY IPAddress, TimeGenerated DESC) AS Place FROM AADNonInteractiveUserSignInLogs)
WHERE Place % 10000 = 0
