SELECT json_extract_string(LocationDetails, '$.city') AS City, count(*) AS Rows
FROM AADNonInteractiveUserSignInLogs GROUP BY ALL
