SELECT count(*) AS Count FROM AADNonInteractiveUserSignInLogs
WHERE TimeGenerated > {now} - INTERVAL 1 HOUR
