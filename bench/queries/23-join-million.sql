SELECT b.AppDisplayName, count(*) AS Rows, count(*) FILTER (a.IPAddress <> b.IPAddress) AS Moved, count(*) FILTER (a.TimeGenerated < b.TimeGenerated) AS Later
FROM AADNonInteractiveUserSignInLogs a JOIN AADNonInteractiveUserSignInLogs b USING (OriginalRequestId)
GROUP BY ALL
