-- Hours without a row are in the series as 0, and so are those of people without any row in the window.
WITH hours AS (
	SELECT UserPrincipalName, epoch_us(TimeGenerated) // 3600000000 - (epoch_us({now}) // 3600000000 - 48) AS Hour, count(*) AS Rows
	FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
), people AS (SELECT DISTINCT UserPrincipalName FROM hours),
series AS (
	SELECT UserPrincipalName, list(coalesce(Rows, 0) ORDER BY Hour) AS Rows
	FROM (SELECT * FROM people CROSS JOIN (SELECT unnest(range(48)) AS Hour)) LEFT JOIN hours USING (UserPrincipalName, Hour)
	GROUP BY UserPrincipalName)
SELECT UserPrincipalName, list_max(Rows)::INTEGER AS Most, len(Rows) AS Hours, Rows[1] AS First, Rows[48] AS Last FROM series
