SELECT AppDisplayName, count(*) AS Rows FROM AADNonInteractiveUserSignInLogs
WHERE regexp_matches(AuthenticationDetails, 'denied; user did not [a-z]+ to [a-z]+ app')
GROUP BY ALL
