"""Import a list: a file of any kind, or by username. Nothing of it is stored."""

import os
from collections.abc import Callable

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pages.parts import import_questions, state
from pages.parts.text import count, plain, shorten
from recsys import RecsysError, lists

_EXPORT_PAGE = "https://myanimelist.net/panel.php?go=export"
#: The id of an uploaded file that could not be read, and the error: it is not read again at each rerun.
_FAILED = "file-failed"
_Imported = lists.ImportedList | lists.Import
_Progress = Callable[[int, int | None], None]


def from_file() -> None:
    """A file of any kind: an export of MyAnimeList or AniList, or a list that the visitor keeps."""
    st.caption(
        f"A [MyAnimeList export]({_EXPORT_PAGE}), AniList’s download of your data (gdpr_data.json), a table (CSV) or a "
        "text file with one title on each line. Your list stays in this browser tab’s session. It is not stored."
    )
    upload = st.file_uploader("Your list as a file", key=state.input_key("file"), label_visibility="collapsed")
    st.download_button("Template for a table", lists.template(), "anime-list.csv", "text/csv",
                       type="tertiary", on_click="ignore")  # fmt: skip
    if upload is not None:
        failed_id, error = st.session_state.get(_FAILED, ("", ""))
        if failed_id != upload.file_id:
            error = _import(
                shorten(upload.name, 40),
                lambda progress: lists.read(upload.getvalue(), state.matcher(), progress=progress),
            )
            st.session_state[_FAILED] = upload.file_id, error
        st.error(error, icon=":material/error:")
    now = state.visit()
    if now.table:
        import_questions.show(now.table)


def from_anilist() -> None:
    """By username."""
    _from_site("AniList", "anilist", lists.anilist.import_list)


def from_kitsu() -> None:
    """By username."""
    _from_site("Kitsu", "kitsu", lists.kitsu.import_list)


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
    name = imported.profile.name or label
    if isinstance(imported, lists.Import):
        state.use_import(imported.profile, name, imported.notes, table=imported)
    else:
        skipped = tuple(f"{count(n, 'entry', 'entries')} left out: {reason}." for reason, n in imported.skipped)
        state.use_import(imported.profile, name, imported.notes + skipped, fetched)
    state.clear_inputs()
    st.rerun()
    return ""  # never reached
