SELECT make_timestamp(Hour * 3600000000) AS TimeGenerated, AppDisplayName, Rows FROM (
	SELECT epoch_us(TimeGenerated) // 3600000000 AS Hour, AppDisplayName, count(*) AS Rows
	FROM AADNonInteractiveUserSignInLogs GROUP BY ALL)
