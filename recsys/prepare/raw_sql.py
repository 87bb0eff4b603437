"""SQL that reads the files of a raw set. Each function returns text.

Lists and fans are read line by line, so that an unclosed quote spoils one line, not the rest of the file. No set has
line breaks inside the values of these files; the titles' file has them, and is read as CSV.
"""

from recsys.data import sql
from recsys.prepare.kaggle import Part, Source
from recsys.statuses import COMPLETED

MAX_USER_ID = 2**53  # integers up to here are exact as DOUBLE
#: Why a list row cannot be used, in the order of the checks.
REASONS = (
    "malformed line",
    "malformed fan",
    "malformed title id",
    "malformed score",
    "score outside 1-10",
    "unknown title",
    "unknown user",
)
_OPTIONS = "auto_detect = false, header = true, store_rejects = true, rejects_limit = 0"
_FIELD = '("([^"]|"")*"|[^",]*)'


def lines(part: Part) -> str:
    """SELECT of the fields of each line: `f`, a list as long as the header, or NULL if the line is malformed.

    DuckDB puts lines that are too long or not UTF-8 into reject_errors.
    """
    path = sql.text(sql.pattern(part.file.path))
    quoted = (
        f"CASE WHEN regexp_full_match(line, '{_FIELD}(,{_FIELD})*') THEN list_transform("
        f"regexp_extract_all(line, '(?:^|,){_FIELD}', 1), "
        """lambda v: CASE WHEN starts_with(v, '"') THEN replace(v[2:-2], '""', '"') ELSE v END) END"""
    )
    return f"""
        SELECT CASE WHEN len(fields) = {len(part.file.header)} THEN fields END AS f FROM (
            SELECT CASE WHEN contains(line, '"') THEN {quoted} ELSE string_split(line, ',') END AS fields FROM (
                SELECT CASE WHEN ends_with(line, chr(13)) THEN line[:-2] ELSE line END AS line
                FROM read_csv({path}, columns = {{'line': 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
                    strict_mode = false, {_OPTIONS}))
            WHERE line <> '')"""


def table(part: Part) -> str:
    """A table function that reads every column of a CSV file as text. Invalid rows go to reject_errors."""
    columns = ", ".join(f"{sql.text(column)}: 'VARCHAR'" for column in part.file.header)
    path = sql.text(sql.pattern(part.file.path))
    return f"""
        read_csv({path}, columns = {{{columns}}}, delim = ',', quote = '"', escape = '"', nullstr = '',
            allow_quoted_nulls = true, {_OPTIONS})"""


def titles(part: Part) -> str:
    """SELECT of the distinct ids of the titles: anime_id."""
    column = next(column for i, column in enumerate(part.file.header) if i == part.position("anime_id"))
    anime_id = whole_number(sql.identifier(column))
    return f"""
        SELECT DISTINCT anime_id::INTEGER AS anime_id FROM (SELECT {anime_id} AS anime_id FROM {table(part)})
        WHERE anime_id BETWEEN 1 AND 2147483647"""


def users(part: Part) -> str:
    """SELECT of the fans in a set with usernames: user_id, username; NULL if malformed."""
    user_id = whole_number(field(part, "user_id"))
    return f"""
        SELECT CASE WHEN user_id >= 0 THEN user_id END AS user_id, username FROM (
            SELECT {user_id} AS user_id, nullif(trim({field(part, "username")}), '') AS username
            FROM ({lines(part)}))"""


def unique_users(table_name: str) -> str:
    """SELECT from a table with the columns of `users`: user_id, username; each id and each name appears once."""
    return f"""
        SELECT user_id, min(username) AS username FROM (
            SELECT min(user_id) AS user_id, username FROM {table_name}
            WHERE user_id IS NOT NULL AND username IS NOT NULL GROUP BY username)
        GROUP BY user_id"""


def list_rows(source: Source) -> str:
    """SELECT of the typed list rows, NULL if malformed: well_formed, user, anime_id, score, status, updated.

    `well_formed`: the line has the header's columns. `user` is a name if the set has names, else a number. A missing
    score is 0; 0 and -1 both mean that the title is on the list without a score. In a set without statuses, every title
    was completed. `updated` is in microseconds since 1970, 0 if unknown.
    """
    part = source.lists
    user, score, status, updated = (field(part, name) for name in ("user", "score", "status", "updated"))
    name = f"nullif(trim({user}), '')"
    moment = f"coalesce(epoch_us(try_cast({updated} AS TIMESTAMP)), try_cast({updated} AS BIGINT) * 1000000, 0)"
    return f"""
        SELECT f IS NOT NULL AS well_formed, {name if source.users else whole_number(user)} AS user,
            {whole_number(field(part, "anime_id"))} AS anime_id,
            CASE WHEN {score} = '' THEN 0 ELSE {whole_number(score)} END AS score,
            {f"{COMPLETED}::BIGINT" if part.position("status") is None else whole_number(status)} AS status,
            {"0::BIGINT" if part.position("updated") is None else moment} AS updated
        FROM ({lines(part)})"""


def classified(source: Source) -> str:
    """SELECT of every list row: user_id, anime_id, score, status, updated, reason (why it cannot be used, or NULL).

    Needs the tables titles and, in sets with usernames, fans.
    """
    named = source.users is not None
    return f"""
        SELECT {"fans.user_id" if named else "rows.user"} AS user_id, titles.anime_id,
            try_cast(greatest(score, 0) AS UTINYINT) AS score,
            coalesce(try_cast(status AS UTINYINT), 0) AS status, updated,
            CASE WHEN NOT well_formed THEN 'malformed line'
                 WHEN rows.user IS NULL {"" if named else f"OR rows.user NOT BETWEEN 0 AND {MAX_USER_ID}"}
                     THEN 'malformed fan'
                 WHEN rows.anime_id IS NULL OR rows.anime_id NOT BETWEEN 1 AND 2147483647 THEN 'malformed title id'
                 WHEN score IS NULL THEN 'malformed score'
                 WHEN score NOT BETWEEN -1 AND 10 THEN 'score outside 1-10'
                 WHEN titles.anime_id IS NULL THEN 'unknown title'
                 {"WHEN fans.user_id IS NULL THEN 'unknown user'" if named else ""} END AS reason
        FROM ({list_rows(source)}) AS rows LEFT JOIN titles ON titles.anime_id = rows.anime_id
        {"LEFT JOIN fans ON fans.username = rows.user" if named else ""}"""


def whole_number(value: str) -> str:
    """SQL for a text's value if it is an integer below 2^53, else NULL. '7.0', as pandas writes it, counts as 7."""
    number = f"try_cast({value} AS DOUBLE)"
    return f"(CASE WHEN {number} = floor({number}) AND abs({number}) < {MAX_USER_ID} THEN {number}::BIGINT END)"


def field(part: Part, name: str) -> str:
    """SQL for the text of a line's column, NULL if the file lacks the column."""
    position = part.position(name)
    return "NULL" if position is None else f"f[{position + 1}]"
