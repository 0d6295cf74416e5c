SELECT UserPrincipalName, CorrelationId, count(*) AS Rows, max(DurationMs) AS Longest, sum(DurationMs)::BIGINT AS Sum, min(TimeGenerated) AS First
FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
ORDER BY Sum DESC, CorrelationId LIMIT 100
