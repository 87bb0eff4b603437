"""Ways to bring a list that is kept elsewhere: a MyAnimeList export, a username, a table. Nothing of it is kept."""

import os
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pages.parts import resources, state
from pages.parts.text import count, plain, shorten
from recsys import RecsysError, lists

_EXPORT_PAGE = "https://myanimelist.net/panel.php?go=export"
_LEAVE_OUT = "None of these: leave it out"


def from_file() -> None:
    """A MyAnimeList export (XML, gzipped or not) or a table of titles and scores (CSV)."""
    st.caption(f"A [MyAnimeList export]({_EXPORT_PAGE}) or a table. It stays in this visit and is kept nowhere.")
    upload = st.file_uploader(
        "Your list as a file", type=["xml", "gz", "csv"], key="file", label_visibility="collapsed"
    )
    st.download_button(
        "Template for a table",
        lists.csv_list.template(),
        "anime-list.csv",
        "text/csv",
        type="tertiary",
        on_click="ignore",
    )
    if upload is None:
        st.session_state.pop("file-read", None)
        return
    if st.session_state.get("file-read") != upload.file_id:
        st.session_state["file-read"] = upload.file_id
        st.session_state.pop("table", None)
        _take(shorten(upload.name, 40), lambda progress: _read(upload.name, upload.getvalue(), progress))
    if table := st.session_state.get("table"):
        _confirm(table, shorten(upload.name, 40))


def _read(name: str, data: bytes, progress: Callable[[int, int | None], None]) -> lists.ImportedList | lists.CsvImport:
    if name.lower().endswith(".csv"):
        return lists.csv_list.parse(data, resources.engine().match, progress=progress)
    return lists.mal_xml.import_list(data)


def from_anilist() -> None:
    with st.form("anilist-form", border=False):
        name = st.text_input("AniList username", key="anilist", autocomplete="off")
        if st.form_submit_button("Bring it", width="stretch"):
            _take(
                name.strip(),
                lambda progress: lists.anilist.import_list(name.strip(), progress=progress),
                site="anilist",
            )


def from_mal() -> None:
    """By username, where the site's owner has a client id; else say how to bring the export instead."""
    client_id = _client_id()
    if not client_id:
        st.caption(
            "Usernames work once this site's owner adds a MyAnimeList client id. Until then, bring the "
            f"[export of your list]({_EXPORT_PAGE}) under File: it takes two clicks there."
        )
        return
    with st.form("mal-form", border=False):
        name = st.text_input("MyAnimeList username", key="mal", autocomplete="off")
        if st.form_submit_button("Bring it", width="stretch"):
            _take(
                name.strip(),
                lambda progress: lists.mal_api.import_list(name.strip(), client_id=client_id, progress=progress),
                site="mal_api",
            )


def _client_id() -> str:
    try:
        return str(st.secrets.get("MAL_CLIENT_ID", "")) or os.environ.get("MAL_CLIENT_ID", "")
    except StreamlitSecretNotFoundError:
        return os.environ.get("MAL_CLIENT_ID", "")


def _take(
    label: str,
    read: Callable[[Callable[[int, int | None], None]], lists.ImportedList | lists.CsvImport],
    site: str | None = None,
) -> None:
    """Read a list with a progress bar; it becomes the visitor's, or the reason why not is shown and nothing is lost."""
    bar = st.progress(0.0, "Reading the list …")

    def progress(done: int, total: int | None) -> None:
        bar.progress(min(done / total, 1.0) if total else 0.5, f"{count(done, 'title')} read …")

    try:
        brought = read(progress)
    except RecsysError as error:
        bar.empty()
        st.error(plain(str(error), 600), icon=":material/error:")
        return
    bar.empty()
    if isinstance(brought, lists.CsvImport):
        st.session_state["table"] = brought
        state.use_import(brought.profile, label, _table_notes(brought))
    else:
        skipped = tuple(f"{count(n, 'entry', 'entries')} left out: {reason}." for reason, n in brought.skipped)
        fetched = (site, label) if site else None
        state.use_import(brought.profile, brought.profile.name or label, brought.notes + skipped, fetched)
    st.rerun()


def _table_notes(table: lists.CsvImport) -> tuple[str, ...]:
    rejected = tuple(f"Row {row.row}, {row.text or 'empty'}: {row.reason}." for row in table.rejected[:5])
    more = len(table.rejected) - len(rejected)
    return table.notes + rejected + ((f"{more:,} more rows were left out.",) if more > 0 else ())


def _confirm(table: lists.CsvImport, label: str) -> None:
    """Let the visitor decide what the uncertain rows of a table mean."""
    if not table.uncertain:
        return
    st.markdown(f"**{count(len(table.uncertain), 'title')} to confirm**")
    with st.form("confirm-form", border=False):
        choices = {}
        for row in table.uncertain[:10]:
            options = [*(candidate[0] for candidate in row.candidates), None]
            names = {candidate[0]: candidate[1] for candidate in row.candidates}
            choices[row.row] = st.selectbox(
                plain(row.text, 60),
                options,
                key=f"confirm-{row.row}",
                format_func=lambda i, names=names: names.get(i, _LEAVE_OUT),
            )
        if st.form_submit_button("Take these", width="stretch"):
            confirmed = table.confirm(choices)
            st.session_state["table"] = confirmed
            state.use_import(confirmed.profile, label, _table_notes(confirmed))
            st.rerun()
