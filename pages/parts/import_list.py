"""Import a list: a MyAnimeList export, a table, or by username. Nothing of it is stored."""

import os
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pages.parts import resources, state
from pages.parts.text import count, plain, shorten
from recsys import RecsysError, lists

_EXPORT_PAGE = "https://myanimelist.net/panel.php?go=export"
_LEAVE_OUT = "None of these: leave it out"
#: The id of an uploaded file that could not be read, and the error: it is not read again at each rerun.
_FAILED = "file-failed"
_Imported = lists.ImportedList | lists.CsvImport
_Progress = Callable[[int, int | None], None]


def from_file() -> None:
    """A MyAnimeList export (XML, gzipped or not) or a table of titles and scores (CSV)."""
    st.caption(
        f"A [MyAnimeList export]({_EXPORT_PAGE}) or a table (CSV). Your list stays in this browser tab’s session. It "
        "is not stored."
    )
    upload = st.file_uploader(
        "Your list as a file", type=["xml", "gz", "csv"], key=state.input_key("file"), label_visibility="collapsed"
    )
    st.download_button("Template for a table", lists.csv_list.template(), "anime-list.csv", "text/csv",
                       type="tertiary", on_click="ignore")  # fmt: skip
    if upload is not None:
        failed_id, error = st.session_state.get(_FAILED, ("", ""))
        if failed_id != upload.file_id:
            error = _import(shorten(upload.name, 40), lambda progress: _read(upload.name, upload.getvalue(), progress))
            st.session_state[_FAILED] = upload.file_id, error
        st.error(error, icon=":material/error:")
    now = state.visit()
    if now.table and now.table.uncertain:
        _confirm(now.table, now.label)


def _read(name: str, data: bytes, progress: _Progress) -> _Imported:
    if name.lower().endswith(".csv"):
        return lists.csv_list.parse(data, resources.engine().match, progress=progress)
    return lists.mal_xml.import_list(data)


def from_anilist() -> None:
    """By username."""
    _from_site("AniList", "anilist", lists.anilist.import_list)


def from_mal() -> None:
    """By username, if the site's owner has a client id; else say how to import the export instead."""
    client_id = _client_id()
    if not client_id:
        st.caption(
            "This site cannot read MyAnimeList by username: its owner has not added a MyAnimeList client id. "
            f"[Export your list]({_EXPORT_PAGE}) there, then choose File above and upload it."
        )
        return
    _from_site(
        "MyAnimeList", "mal_api",
        lambda name, progress: lists.mal_api.import_list(name, client_id=client_id, progress=progress),
    )  # fmt: skip


def _client_id() -> str:
    try:
        return str(st.secrets.get("MAL_CLIENT_ID", "")) or os.environ.get("MAL_CLIENT_ID", "")
    except StreamlitSecretNotFoundError:
        return os.environ.get("MAL_CLIENT_ID", "")


def _from_site(site: str, module: str, fetch: Callable[..., _Imported]) -> None:
    """A form for a username; `fetch(name, progress=...)` is of this module of `recsys.lists`."""
    with st.form(f"{module}-form", border=False):
        name = st.text_input(f"{site} username", key=state.input_key(module), autocomplete="off").strip()
        if st.form_submit_button("Import", width="stretch"):
            st.error(
                _import(name, lambda progress: fetch(name, progress=progress), (module, name)), icon=":material/error:"
            )


def _import(label: str, read: Callable[[_Progress], _Imported], fetched: tuple[str, str] | None = None) -> str:
    """Read a list with a progress bar, use it and start a new run. If it cannot be read, nothing changes, and the error
    is returned."""
    bar = st.progress(0.0, "Reading the list …")

    def progress(done: int, total: int | None) -> None:
        bar.progress(min(done / total, 1.0) if total else 0.5, f"{count(done, 'title')} read …")

    try:
        imported = read(progress)
    except RecsysError as error:
        bar.empty()
        return plain(str(error), 600)
    bar.empty()
    if isinstance(imported, lists.CsvImport):
        state.use_import(imported.profile, label, _table_notes(imported), table=imported)
    else:
        skipped = tuple(f"{count(n, 'entry', 'entries')} left out: {reason}." for reason, n in imported.skipped)
        state.use_import(imported.profile, imported.profile.name or label, imported.notes + skipped, fetched)
    state.clear_inputs()
    st.rerun()
    return ""  # never reached


def _table_notes(table: lists.CsvImport) -> tuple[str, ...]:
    rejected = tuple(f"Row {row.row}, {row.text or 'empty'}: {row.reason}." for row in table.rejected[:5])
    more = len(table.rejected) - len(rejected)
    return table.notes + rejected + ((f"{more:,} more rows were left out.",) if more > 0 else ())


def _confirm(table: lists.CsvImport, label: str) -> None:
    """Ask the visitor which titles the uncertain rows of a table mean."""
    st.markdown(f"**{count(len(table.uncertain), 'title')} to confirm**")
    with st.form("confirm-form", border=False):
        choices = {}
        for row in table.uncertain[:10]:
            options = [*(candidate[0] for candidate in row.candidates), None]
            names = {candidate[0]: candidate[1] for candidate in row.candidates}
            choices[row.row] = st.selectbox(
                plain(row.text, 60),
                options,
                key=state.input_key(f"confirm-{row.row}"),
                format_func=lambda i, names=names: names.get(i, _LEAVE_OUT),
            )
        if st.form_submit_button("Confirm these titles", width="stretch"):
            confirmed = table.confirm(choices)
            state.use_import(confirmed.profile, label, _table_notes(confirmed), table=confirmed)
            state.clear_inputs()
            st.rerun()
