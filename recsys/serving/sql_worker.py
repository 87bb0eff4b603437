"""One query in a process of its own: `python sql_worker.py` reads a request from stdin and writes its answer to stdout.

DuckDB's own limits do not suffice: in 2.0, `SELECT repeat('x', 1000000000)` takes 2 GB under a limit of 128 MB, and an
interrupt waits for it. The system can limit and kill a process. This one imports nothing but DuckDB, so that it starts
quickly, and gets no environment, so that there is nothing to read in it.

Request: `folder`, `files` (view -> file in it), `query`, `seconds`, `memory_mb`, `rows`, `columns`, `cell`, `text`.
Answer: the line `READY` when the query is about to run, then JSON: `columns`, `rows`, `more` (whether anything was
cut); or `error`, and `kind` when the query's wording is not the reason: "refused", "time" or "memory".
"""

import json
import math
import os
import re
import string
import sys
import threading
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import duckdb

try:
    import resource
except ImportError:  # Windows: memory is then bounded by DuckDB alone
    resource = None

#: The first line of output, once everything that a query needs is there.
READY = "ready"
#: Exit status of a query that did not stop when it was interrupted.
OUT_OF_TIME = 71
#: Seconds between the interrupt and the end of the process.
_GRACE = 1.0
#: MB that the process may use beyond DuckDB's limit.
_HEADROOM = 192
#: DuckDB's names are equal when they differ in the case of these letters alone.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_EXPLAIN = re.compile(r"\s*explain\s+(analyze\s+)?", re.IGNORECASE)
_QUERY_NODES = {"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"}
_TABLE_FUNCTIONS = {"range", "generate_series", "unnest"}
_SHOWS = {"DESCRIBE", "SUMMARY"}
#: Functions that describe the system or change something; nobody needs them to look at ratings.
_FUNCTIONS = re.compile(
    r"(__internal|pg_|inet_|has_|current_(setting|query|connection|database|schema|catalog|role|user))|"
    r"(getenv|getvariable|write_log|sleep_ms|setseed|nextval|currval|setval|session_user|user|version|txid_current|"
    r"json_serialize_plan|json_execute_serialized_sql|query|query_table|which_secret|get_block_size)$"
)
#: Types whose values are shown as numbers, and truth values.
_NUMBERS = re.compile(r"BOOLEAN|U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL\(.*\)")
_OWN_PATHS = ("Traceback (most", os.path.dirname(__file__), sys.prefix, os.path.dirname(os.__file__), os.getcwd())


class RefusedError(Exception):
    """A statement that may not be run; the text says why."""


def check(connection: duckdb.DuckDBPyConnection, query: str, tables: set[str]) -> None:
    """Raises `RefusedError` unless `query` is one statement that reads `tables` and what it defines itself, and
    `duckdb.Error` unless it can be parsed. Checks DuckDB's own syntax tree, not the text."""
    statements = connection.extract_statements(query)
    if len(statements) != 1:
        raise RefusedError("Write one statement." if not statements else "One statement at a time, please.")
    text = query
    if statements[0].type == duckdb.StatementType.EXPLAIN:
        text = _EXPLAIN.sub("", query, count=1)
    elif statements[0].type != duckdb.StatementType.SELECT:
        raise RefusedError("Only reading is possible here: SELECT, WITH, DESCRIBE, SUMMARIZE and EXPLAIN.")
    serialized = connection.execute("SELECT json_serialize_sql(?)", [text]).fetchall()[0][0]
    tree = json.loads(serialized)
    if tree["error"] or len(tree["statements"]) != 1:
        raise RefusedError("Only reading is possible here: SELECT, WITH, DESCRIBE, SUMMARIZE and EXPLAIN SELECT.")
    _check_tree(tree["statements"], tables)


def _check_tree(tree: Any, tables: set[str]) -> None:
    for node, defined in _scoped(tree):
        kind = node.get("type")
        if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _QUERY_NODES:
            raise RefusedError("Nothing can be changed here: the data is only for reading.")
        if kind == "BASE_TABLE":
            _check_table(node, tables, defined)
        elif kind == "TABLE_FUNCTION" and (name := _name(node.get("function"))) not in _TABLE_FUNCTIONS:
            raise RefusedError(f"The function {name} cannot be read from here; {_list(_TABLE_FUNCTIONS)} can.")
        elif kind == "SHOW_REF" and node.get("show_type") not in _SHOWS:
            raise RefusedError(f"SHOW is off. The tables are {_list(tables)}; DESCRIBE lists their columns.")
        elif kind == "FUNCTION" and _FUNCTIONS.match(name := _name(node)):
            raise RefusedError(f"The function {name} is off here.")


def _check_table(node: dict[str, Any], tables: set[str], defined: frozenset[str]) -> None:
    name = str(node.get("table_name", ""))
    known = _lower(name) in tables or _lower(name) in defined
    if not known or node.get("schema_name") or node.get("catalog_name"):
        raise RefusedError(f"There is no table {name[:60]!r} here. There are {_list(tables | defined)}.")


def _scoped(tree: Any) -> Iterator[tuple[dict[str, Any], frozenset[str]]]:
    """Every JSON object in a tree, with the names that WITH clauses define for it.

    A WITH clause is visible in its own query and what is nested in it, and to the clauses after it; a recursive one to
    its recursive part as well. Where DuckDB does not see such a name, it looks for a table or a file.
    """
    waiting: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while waiting:
        one, defined = waiting.pop()
        if isinstance(one, list):
            waiting.extend((part, defined) for part in one)
        if not isinstance(one, dict):
            continue
        parts = dict(one)
        if isinstance(clauses := parts.pop("cte_map", None), dict):
            for clause in clauses.get("map", ()):
                waiting.append((clause["value"], defined))
                defined |= {_lower(str(clause["key"]))}
        if one.get("type") == "RECURSIVE_CTE_NODE":
            waiting.append((parts.pop("right", None), defined | {_lower(str(one.get("cte_name")))}))
        yield one, defined
        waiting.extend((part, defined) for part in parts.values())


def _lower(name: str) -> str:
    return name.translate(_LOWER)


def _name(function: Any) -> str:
    return _lower(str(function.get("function_name", "?"))) if isinstance(function, dict) else "?"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def connect(folder: str, files: dict[str, str], memory_mb: int) -> duckdb.DuckDBPyConnection:
    """A connection that can read these files of `folder` and nothing else, with a view of each. Changes the working
    directory, so that a view holds no path of this machine."""
    os.chdir(folder)
    connection = duckdb.connect(
        config={
            "threads": 1,
            "async_threads": 1,
            "memory_limit": f"{memory_mb}MB",
            "temp_directory": "",
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
            "allow_persistent_secrets": False,
            "python_enable_replacements": False,
        }
    )
    for view, file in files.items():
        connection.execute(f"CREATE VIEW {view} AS FROM read_parquet('{file}')")
    connection.execute("SET allowed_paths = ?", [list(files.values())])
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def confine(memory_mb: int, seconds: float) -> None:
    """Let the system limit this process from now on: its address space, processor time and files."""
    if resource is None:
        return
    limits = {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_CORE: 0, resource.RLIMIT_CPU: math.ceil(seconds + _GRACE)}
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            pages = int(file.read().split()[0])
        limits[resource.RLIMIT_AS] = pages * resource.getpagesize() + (memory_mb + _HEADROOM) * 2**20
    except OSError:
        pass  # not Linux: there the address space is no measure of memory
    for limit, value in limits.items():
        hard = resource.getrlimit(limit)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (value, value))


def answer(connection: duckdb.DuckDBPyConnection, request: dict[str, Any]) -> dict[str, Any]:
    """The query's result, or the error, as values that JSON can hold."""
    expired = threading.Event()

    def interrupt() -> None:
        expired.set()
        connection.interrupt()

    timers = [
        threading.Timer(request["seconds"], interrupt),
        threading.Timer(request["seconds"] + _GRACE, os._exit, [OUT_OF_TIME]),
    ]
    for timer in timers:
        timer.daemon = True
        timer.start()
    try:
        check(connection, request["query"], set(request["files"]))
        connection.execute("BEGIN TRANSACTION READ ONLY")
        return _fetch(_relation(connection, request["query"]), request)
    except RefusedError as error:
        return {"error": str(error), "kind": "refused"}
    except RecursionError:
        return {"error": "This is nested too deeply.", "kind": "refused"}
    except (MemoryError, duckdb.OutOfMemoryException):
        return {"error": "out of memory", "kind": "memory"}
    except Exception as error:
        if expired.is_set():
            return {"error": "out of time", "kind": "time"}
        if "std::bad_alloc" in str(error):
            return {"error": "out of memory", "kind": "memory"}
        if not isinstance(error, duckdb.Error | UnicodeError | ValueError | OverflowError):
            raise
        return {"error": _without_paths(str(error))[: request["text"]]}


def _relation(connection: duckdb.DuckDBPyConnection, query: str) -> duckdb.DuckDBPyRelation:
    try:
        return connection.sql(query)
    except duckdb.Error:
        connection.execute(query)  # fails too, and says at which place of the query
        raise


def _fetch(result: duckdb.DuckDBPyRelation, request: dict[str, Any]) -> dict[str, Any]:
    names, n_columns = result.columns, request["columns"]
    more, used, rows = len(names) > n_columns, 0, []
    # A plan is one long text.
    longest = request["text"] if names[:1] == ["explain_key"] else request["cell"]
    shown = [_shown(i, str(kind), longest + 1) for i, kind in enumerate(result.types[:n_columns], 1)]
    for row in result.project(", ".join(shown)).limit(request["rows"] + 1).fetchall():
        if len(rows) == request["rows"] or used > request["text"]:
            more = True
            break
        rows.append([_cell(value, longest) for value in row])
        used += sum(len(value) for value in rows[-1] if isinstance(value, str))
    return {"columns": [name[: request["cell"]] for name in names[:n_columns]], "rows": rows, "more": more}


def _shown(i: int, kind: str, longest: int) -> str:
    """SQL for the column `i` of type `kind`: numbers as they are, everything else as text of up to `longest`
    characters. DuckDB writes all of its types; Python has no value for some, and for others needs more modules."""
    if _NUMBERS.fullmatch(kind):
        return f"#{i}"
    return f"left(lower(hex(#{i})), {longest})" if kind == "BLOB" else f"left(#{i}::VARCHAR, {longest})"


def _cell(value: Any, longest: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < 2**53:
        return value
    if isinstance(value, float | Decimal) and math.isfinite(value):
        return float(value)
    text = str(value)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _without_paths(text: str) -> str:
    """The text of an error, or another one if it names files of this machine that are none of the tables."""
    return "This query cannot be run here." if any(path in text for path in _OWN_PATHS) else text


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    opened = connect(asked["folder"], asked["files"], asked["memory_mb"])
    confine(asked["memory_mb"], asked["seconds"])
    print(READY, flush=True)
    json.dump(answer(opened, asked), sys.stdout)
    sys.stdout.flush()
    os._exit(0)  # freeing the memory of a query can take longer than the query
