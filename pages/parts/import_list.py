"""Import a list: a file of any kind, or by username. The server stores nothing of it."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from pages.parts import state
from pages.parts.text import count, plain, shorten
from recsys import RecsysError, lists
from recsys.settings import ListSettings

_EXPORT_PAGE = "https://myanimelist.net/panel.php?go=export"
#: The id of an uploaded file that could not be read, and the error: it is not read again at each rerun.
_FAILED = "-failed"
#: Site -> the module of `recsys.lists` that reads its lists.
_MODULES = {"MyAnimeList": "mal_api", "AniList": "anilist", "Kitsu": "kitsu"}
_Imported = lists.ImportedList | lists.Import
_Progress = Callable[[int, int | None], None]


@st.fragment
def bring() -> None:
    """Import a list from any of the sites or from a file, in one place."""
    default = "MyAnimeList" if list_settings().mal_client_id else "AniList"
    site = st.segmented_control(
        "Site", list(_MODULES), key="site", default=default, required=True, label_visibility="collapsed"
    )
    from_site(site, "bring-")
    from_file("bring-", "Or any file: an export, a spreadsheet, a text file")
    st.caption("Your list stays in this browser tab’s session. The server does not store it.")


def from_file(prefix: str = "", label: str = "Your list as a file") -> None:
    """A file of any kind: an export of MyAnimeList or AniList, or a list that the visitor keeps.

    `prefix` begins the widgets' keys, for a second place on a page."""
    upload = st.file_uploader(
        label, key=state.input_key(f"{prefix}file"),
        help=f"A [MyAnimeList export]({_EXPORT_PAGE}), AniList’s download of your data (gdpr_data.json), a spreadsheet "
        "of Excel, Google Sheets or LibreOffice (.xlsx, .ods, CSV), or a text file with one title on each line.",
    )  # fmt: skip
    if upload is None:
        return
    failed = f"{prefix}file{_FAILED}"
    failed_id, error = st.session_state.get(failed, ("", ""))
    if failed_id != upload.file_id:
        error = _import(
            shorten(upload.name, 40),
            lambda progress: lists.read(upload.getvalue(), state.matcher(), progress=progress),
        )
        st.session_state[failed] = upload.file_id, error
    st.error(error, icon=":material/error:")
    st.download_button(
        "Template for a table", lists.template(), "anime-list.csv", "text/csv", type="tertiary", on_click="ignore",
        icon=":material/download:", key=f"{prefix}template",
    )  # fmt: skip


def from_site(site: str, prefix: str = "") -> None:
    """A form for a username; for MyAnimeList only if the app's owner has a client id: else how to export the list."""
    settings = list_settings()
    if site == "MyAnimeList" and not settings.mal_client_id:
        st.caption(
            "This app cannot read MyAnimeList by username: its owner has not added a MyAnimeList client id. "
            f"[Export your list]({_EXPORT_PAGE}) there, then upload the file here."
        )
        return
    module = _MODULES[site]
    with (
        st.form(f"{prefix}{module}-form", border=False),
        st.container(horizontal=True, vertical_alignment="bottom", gap="small"),
    ):
        name = st.text_input(f"{site} username", key=state.input_key(f"{prefix}{module}"), autocomplete="off").strip()
        asked = st.form_submit_button("Import")
    if asked:
        fetch = getattr(lists, module).import_list
        error = _import(name, lambda progress: fetch(name, settings=settings, progress=progress), (module, name))
        st.error(error, icon=":material/error:")


def list_settings() -> ListSettings:
    """How to ask sites: as the environment says, with the MyAnimeList client id of the app's secrets where it has
    one."""
    settings = ListSettings.from_env()
    try:
        own = str(st.secrets.get("MAL_CLIENT_ID", ""))
    except StreamlitSecretNotFoundError:
        own = ""
    return replace(settings, mal_client_id=own) if own else settings


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
