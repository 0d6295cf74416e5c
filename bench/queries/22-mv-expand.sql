SELECT x % 10 AS Rest, count(*) AS Rows, sum(n)::BIGINT AS Sum, count(*) FILTER (n % 2 = 0) AS Even
FROM (SELECT x, unnest(range(x, x + 10000)) AS n FROM (SELECT unnest(range(1, 1001)) AS x))
GROUP BY ALL
