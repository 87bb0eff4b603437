"""What a raw set tells of its fans: gender and age band. For training alone; kept in memory, never written."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.errors import DataError
from recsys.prepare import kaggle, raw_sql

_ROLE = kaggle.Role("fans", (), {name: name for name in ("user_id", "gender", "birth_date", "last_online")})
_MEMORY = "1GB"
#: Ages outside are taken for made up.
_YOUNGEST, _OLDEST = 8, 90
#: Name of a column -> when it is 1, in SQL on the columns gender (lower case) and age (years).
_FACTS = {
    "female": "gender = 'female'",
    "male": "gender = 'male'",
    "non_binary": "gender = 'non-binary'",
    "under_18": "age < 18",
    "18_to_24": "age BETWEEN 18 AND 24",
    "25_to_34": "age BETWEEN 25 AND 34",
    "35_and_older": "age >= 35",
}


@dataclass(frozen=True)
class Demographics:
    """`features` (n_users, n) float32, 1 where what the column's name says is known of a fan; a fan of whom nothing is
    known has zeros. `names` (n,) are the columns'."""

    names: tuple[str, ...]
    features: NDArray[np.float32]


def read(source: Path, user_ids: NDArray[np.int64]) -> Demographics:
    """What the fans' file of the raw set in the folder `source` tells of `user_ids` (n_users,), in their order.

    A fan's age is the year of last_online less the year of birth_date, so it may be a year too high. It is unknown if
    either is no date, or if it is under 8 or over 90. Raises `DataError`, naming what is missing, when the set has no
    such file or columns, the file cannot be read, or it tells nothing of any of these fans.
    """
    found = kaggle.recognise(source)
    if found.users is None:
        raise DataError(
            f"{source} holds {found.schema.name}, which tells nothing of its fans. Name the folder of a set with "
            "users_cleaned.csv, or train without --demographics."
        )
    part = kaggle.Part(found.users.file, _ROLE)
    path, missing = part.file.path, part.file.missing(_ROLE)
    if missing:
        raise DataError(f"{path} lacks {', '.join(missing)}. Take the whole file, or train without --demographics.")
    columns = ", ".join(f'coalesce({fact}, false) AS "{name}"' for name, fact in _FACTS.items())
    with duckdb.connect() as connection:
        try:
            connection.execute("SET memory_limit = ?", [_MEMORY])
            connection.execute("SET temp_directory = ''")  # nothing of a person goes to disk, not even for a moment
            connection.register("wanted", pa.table({"user_id": user_ids, "place": np.arange(len(user_ids))}))
            known = connection.execute(
                f"SELECT {columns} FROM wanted LEFT JOIN ({_people(part)}) USING (user_id) ORDER BY place"
            ).fetchnumpy()
        except duckdb.Error as error:
            raise DataError(
                f"{path} cannot be read to its end ({str(error).partition(chr(10))[0]}). If it is damaged, download or "
                "unpack it again."
            ) from None
    features = np.stack([known[name] for name in _FACTS], axis=1).astype(np.float32)
    if not features.any():
        raise DataError(
            f"{path} tells neither gender nor age of any of the {len(user_ids):,} fans with ratings. Train without "
            "--demographics."
        )
    return Demographics(tuple(_FACTS), features)


def _people(part: kaggle.Part) -> str:
    """SELECT of the fans, each once: user_id, gender, age; NULL for what is unknown."""
    user_id, gender, born, online = (raw_sql.field(part, name) for name in _ROLE.columns)
    return f"""
        SELECT user_id, min(gender) AS gender, min(age) FILTER (age BETWEEN {_YOUNGEST} AND {_OLDEST}) AS age FROM (
            SELECT {raw_sql.whole_number(user_id)} AS user_id, nullif(lower(trim({gender})), '') AS gender,
                year(try_cast({online} AS TIMESTAMP)) - year(try_cast({born} AS TIMESTAMP)) AS age
            FROM ({raw_sql.lines(part)}))
        GROUP BY user_id"""
