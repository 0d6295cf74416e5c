SELECT OriginalRequestId, count(*) AS Rows, max(TimeGenerated) AS Last FROM AADNonInteractiveUserSignInLogs
GROUP BY OriginalRequestId HAVING Rows > 2
