SELECT ResultType, count(*) AS Rows FROM AADNonInteractiveUserSignInLogs
WHERE contains(lower(AuthenticationDetails), 'denied') AND regexp_matches(AuthenticationDetails, '(?i)(?:^|[^a-z0-9])denied(?:[^a-z0-9]|$)')
GROUP BY ALL
