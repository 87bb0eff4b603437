"""Small artifacts for visitors' queries, and a secret file that no query may read."""

from pathlib import Path

import duckdb

from recsys.data import manifest
from recsys.serving import sql_box

SECRET = "the-secret-content"  # noqa: S105
EVIL = "<img src=x onerror=alert(1)> [x](javascript:alert(1))"
ROWS = {
    "ratings": "SELECT i % 50 AS user_id, i // 50 AS anime_id, i % 10 + 1 AS score FROM range(1000) t(i)",
    "unscored": "SELECT 1 AS user_id, 2 AS anime_id, 6 AS status",
    "users": "SELECT i AS user_id, 'fan' || i AS username FROM range(50) t(i)",
    "franchises": "SELECT 1 AS anime_id, 1 AS franchise_id, 1 AS watch_order",
    "catalogue": f"SELECT 1 AS anime_id, '{EVIL}' AS title, ['Action', 'Drama'] AS genres",
    "title_stats": "SELECT 1 AS anime_id, 20 AS n_ratings",
}


def write(outside: Path) -> Path:
    """Write the artifacts into a folder inside `outside`; the secret file is in both."""
    folder = outside / "artifacts"
    with manifest.writing(folder) as batch, duckdb.connect() as connection:
        for view, file in sql_box.TABLES.items():
            connection.execute(f"COPY ({ROWS[view]}) TO '{batch.path(file)}' (FORMAT parquet)")
    for place in (outside, folder):
        (place / "secret.txt").write_text(SECRET, encoding="utf-8")
    return folder
