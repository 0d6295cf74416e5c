SELECT UserPrincipalName, count(*) AS Jumps, max(TimeGenerated) AS Last FROM (
	SELECT UserPrincipalName, TimeGenerated, Location, lag(Location) OVER w AS Before, lag(TimeGenerated) OVER w AS Since
	FROM AADNonInteractiveUserSignInLogs WINDOW w AS (PARTITION BY UserPrincipalName ORDER BY TimeGenerated))
WHERE Location <> Before AND epoch_us(TimeGenerated) - epoch_us(Since) < 120000000
GROUP BY UserPrincipalName
