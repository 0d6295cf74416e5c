SELECT AppDisplayName, count(*) AS Rows FROM AADNonInteractiveUserSignInLogs
WHERE regexp_matches(AuthenticationDetails, '(?i)text\s+message|oath\s+\w+ code')
GROUP BY ALL
