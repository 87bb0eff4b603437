-- Hidden gems
SELECT title, mean_score, members, year
FROM catalogue
WHERE mean_score >= 8.2 AND members < 60000 AND NOT adult
ORDER BY mean_score DESC
LIMIT 20;

-- Most divisive
SELECT title, n_ratings,
  round((score_1 + score_2 + score_3) / n_ratings, 3) AS hate,
  round((score_9 + score_10) / n_ratings, 3) AS love
FROM title_stats JOIN catalogue USING (anime_id)
WHERE n_ratings >= 300
ORDER BY least(hate, love) DESC
LIMIT 15;

-- Genres by decade
SELECT year // 10 * 10 AS decade, genre, count(*) AS titles,
  round(avg(mean_score), 2) AS mean
FROM (SELECT year, mean_score, unnest(genres) AS genre FROM catalogue)
WHERE year IS NOT NULL AND mean_score IS NOT NULL
GROUP BY ALL HAVING titles >= 40
ORDER BY decade, mean DESC;

-- Harshest fans
SELECT username, count(*) AS scores,
  round(avg(score), 2) AS mean
FROM ratings JOIN users USING (user_id)
GROUP BY username HAVING scores >= 50
ORDER BY mean
LIMIT 10;

-- Columns
SUMMARIZE catalogue;

-- A query plan
EXPLAIN
SELECT title, avg(score) AS mean
FROM ratings JOIN catalogue USING (anime_id)
WHERE user_id = 7
GROUP BY title;
