SELECT count(*) AS Visits, max(Count) AS Longest, sum(Count)::BIGINT AS SignIns FROM (
	SELECT UserPrincipalName, Visit, count(*) AS Count FROM (
		SELECT UserPrincipalName, count(*) FILTER (WHERE Since IS NULL OR epoch_us(TimeGenerated) - epoch_us(Since) > 1800000000)
			OVER (PARTITION BY UserPrincipalName ORDER BY TimeGenerated ROWS UNBOUNDED PRECEDING) AS Visit
		FROM (
			SELECT UserPrincipalName, TimeGenerated, lag(TimeGenerated) OVER (PARTITION BY UserPrincipalName ORDER BY TimeGenerated) AS Since
			FROM AADNonInteractiveUserSignInLogs))
	GROUP BY ALL)
