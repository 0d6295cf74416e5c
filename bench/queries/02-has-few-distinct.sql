SELECT AppDisplayName, UserAgent, count(*) AS Rows FROM AADNonInteractiveUserSignInLogs
WHERE contains(lower(UserAgent), 'python') AND regexp_matches(UserAgent, '(?i)(?:^|[^a-z0-9])python(?:[^a-z0-9]|$)')
GROUP BY ALL
