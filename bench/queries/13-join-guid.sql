SELECT e.RiskEventType, s.AppDisplayName, count(*) AS Rows, count(*) FILTER (e.IpAddress <> s.IPAddress) AS Moved
FROM AADUserRiskEvents e JOIN AADNonInteractiveUserSignInLogs s ON e.RequestId = s.OriginalRequestId
GROUP BY ALL
