"""Read gender and age bands of a raw set's fans. They are used in training only, kept in memory and never written."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recsys.errors import DataError, first_line
from recsys.prepare import kaggle, raw_sql

_ROLE = kaggle.Role("fans", (), {name: name for name in ("user_id", "gender", "birth_date", "last_online")})
_MEMORY = "1GB"
#: Ages outside this range are treated as unknown.
_YOUNGEST, _OLDEST = 8, 90
#: Column -> the condition under which it is 1, in SQL on the columns gender (lower case) and age (years).
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
    """`features` (n_users, n) float32: 1 where the column applies to a fan, 0 where it does not or is unknown. `names`
    (n,) are the columns'."""

    names: tuple[str, ...]
    features: NDArray[np.float32]


def read(source: Path, user_ids: NDArray[np.int64]) -> Demographics:
    """Gender and age bands of `user_ids` (n_users,), in their order, from the raw set in the folder `source`.

    A fan's age is the year of last_online minus the year of birth_date, so it may be a year too high. It is unknown if
    either is not a date, or if it is under 8 or over 90. Raises `DataError` if the set has no users' file or lacks
    columns, if the file cannot be read, or if nothing is known about any of these fans.
    """
    found = kaggle.recognise(source)
    if found.users is None:
        raise DataError(
            f"{source} holds {found.schema.name}, which has no data about its fans. Give the folder of a set with "
            "users_cleaned.csv, or train without --demographics."
        )
    part = kaggle.Part(found.users.file, _ROLE)
    path, missing = part.file.path, part.file.missing(_ROLE)
    if missing:
        raise DataError(f"{path} lacks {', '.join(missing)}. Use the complete file, or train without --demographics.")
    columns = ", ".join(f'coalesce({fact}, false) AS "{name}"' for name, fact in _FACTS.items())
    with duckdb.connect() as connection:
        try:
            connection.execute("SET memory_limit = ?", [_MEMORY])
            connection.execute("SET temp_directory = ''")  # personal data is never written to disk
            connection.register("wanted", pa.table({"user_id": user_ids, "place": np.arange(len(user_ids))}))
            known = connection.execute(
                f"SELECT {columns} FROM wanted LEFT JOIN ({_people(part)}) USING (user_id) ORDER BY place"
            ).fetchnumpy()
        except duckdb.Error as error:
            raise DataError(
                f"{path} cannot be read to its end ({first_line(error)}). If it is damaged, download or "
                "unpack it again."
            ) from None
    features = np.stack([known[name] for name in _FACTS], axis=1).astype(np.float32)
    if not features.any():
        raise DataError(
            f"{path} has no gender or age for any of the {len(user_ids):,} fans with ratings. Train without "
            "--demographics."
        )
    return Demographics(tuple(_FACTS), features)


def _people(part: kaggle.Part) -> str:
    """SELECT of the fans, one row each: user_id, gender, age; NULL if unknown."""
    user_id, gender, born, online = (raw_sql.field(part, name) for name in _ROLE.columns)
    return f"""
        SELECT user_id, min(gender) AS gender, min(age) FILTER (age BETWEEN {_YOUNGEST} AND {_OLDEST}) AS age FROM (
            SELECT {raw_sql.whole_number(user_id)} AS user_id, nullif(lower(trim({gender})), '') AS gender,
                year(try_cast({online} AS TIMESTAMP)) - year(try_cast({born} AS TIMESTAMP)) AS age
            FROM ({raw_sql.lines(part)}))
        GROUP BY user_id"""
