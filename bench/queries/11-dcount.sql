-- tolerance: Addresses 0.03
SELECT UserPrincipalName, count(DISTINCT IPAddress) AS Addresses FROM AADNonInteractiveUserSignInLogs GROUP BY UserPrincipalName
