"""A simulated community as artifacts: users, ratings and unscored Parquet, marked as simulated."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from recsys.data import manifest
from recsys.prepare.pipeline import ROW_GROUP
from recsys.simulation import usernames
from recsys.simulation.community import Lists

#: What the manifest calls the data set. Every file of a simulated community says `"simulated": true` beside it.
DATA_SET = "simulated fans, drawn from distributions fitted to real ones"
_COMPLETED = 2


def write(
    lists: Lists, item_ids: np.ndarray, folder: str | Path, rng: np.random.Generator, **described: Any
) -> dict[str, int]:
    """Write the lists, whose items are positions in `item_ids`, to `folder` in one step; gives rows by file.

    `described` goes into the manifest: what the fans were drawn from. `title_stats.parquet` is left as it is: the app
    shows real scores of titles.
    """
    user_ids = np.arange(1, lists.n_fans + 1, dtype=np.int64)
    scored = lists.scores > 0
    users, titles = user_ids[lists.fans], item_ids[lists.items].astype(np.int32)
    status = np.full(int((~scored).sum()), _COMPLETED, np.uint8)
    tables = {
        "ratings.parquet": {"user_id": users[scored], "anime_id": titles[scored], "score": lists.scores[scored]},
        "unscored.parquet": {"user_id": users[~scored], "anime_id": titles[~scored], "status": status},
        "users.parquet": {"user_id": user_ids, "username": usernames.draw(lists.n_fans, rng)},
    }
    entry = {"data_set": DATA_SET, "licence": "CC0-1.0", "simulated": True, **described}
    with manifest.writing(folder, **entry) as batch:
        for name, columns in tables.items():
            rows = len(columns["user_id"])
            pq.write_table(pa.table(columns), batch.path(name, rows=rows), compression="zstd", row_group_size=ROW_GROUP)
    return {name: len(columns["user_id"]) for name, columns in tables.items()}
