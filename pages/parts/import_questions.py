"""What was read of an imported file, and the questions that are left."""

import streamlit as st

from pages.parts import cards, resources, state
from pages.parts.text import count, plain
from recsys import lists

_LEAVE_OUT = "None of these: leave it out"
_SHOWN = 10
#: Whether the visitor has opened or closed the expander: for Streamlit it is another one when its label changes.
_OPEN = "import-open"
_STATUS_LABELS = {
    "completed": "Watched", "watching": "Watching", "on_hold": "On hold", "dropped": "Dropped", "planned": "Planned",
}  # fmt: skip


def show() -> None:
    """What was read of the visitor's list, if it was imported, in an expander. It is open at first if nothing of the
    list is certain, or if all scores depend on an answer: else the recommendations come first."""
    now = state.visit()
    if now.source != "import" or not (now.table or now.notes):
        return
    label = f"{plain(now.label, 40)}: what was read"
    if now.table and (text := open_questions(now.table)):
        label = f"{plain(now.label, 40)}: {text}"
    report = now.table.report if now.table else None
    urgent = report and (
        now.profile.is_empty or not report.scale.sure or (report.letters and not report.scored)
        or any(sheet.is_asked for sheet in report.sheets)
    )  # fmt: skip
    box = st.expander(
        label, expanded=st.session_state.get(_OPEN, bool(urgent)), key="import-report", icon=":material/fact_check:",
        on_change=lambda: st.session_state.update({_OPEN: st.session_state["import-report"]}),
    )  # fmt: skip
    if box.open:
        with box:
            for note in now.notes:
                st.caption(f":material/info: {plain(note, 300)}")
            if now.table:
                _report(now.table)


def open_questions(imported: lists.Import) -> str:
    """The questions that are left in a few words; empty if there are none."""
    report = imported.report
    words = len(report.statuses) + len(report.letters)
    sheets = sum(sheet.is_asked for sheet in report.sheets)
    parts = [count(sheets, "sheet") if sheets else "",
             count(len(report.titles), "title") if report.titles else "", count(words, "word") if words else "",
             "" if report.scale.sure else "the scale of the scores"]  # fmt: skip
    return f"{' and '.join(filter(None, parts))} to confirm" if any(parts) else ""


def _report(imported: lists.Import) -> None:
    """Counts, the scale of the scores, the rows that could not be read, and questions. All of it can be left."""
    report = imported.report
    if len(report.sheets) > 1:
        _sheets(imported)
    if report.rows:
        st.markdown(f"**{count(report.rows, 'row')} read:** {report.counts}")
    _scale(imported)
    if rows := report.left_out or report.unread:
        first = [
            f"{plain(report.where(item.row))}, {plain(item.text, 40) or 'empty'}: {plain(item.reason)}."
            for item in rows[:3]
        ]
        st.caption("  \n".join(first))
        st.download_button(
            "All rows that were not read", report.to_csv(), "not-read.csv", "text/csv", type="tertiary",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
    if report.titles or report.statuses or report.letters:
        _questions(imported)


def _sheets(imported: lists.Import) -> None:
    """Choose the sheets of a workbook that are the visitor's list."""
    sheets = imported.report.sheets
    if any(sheet.is_asked for sheet in sheets):
        st.caption(":material/help: We are not sure which sheets are your list. Please check.")
    rows = {sheet.name: sheet.rows for sheet in sheets}
    key = state.input_key("sheets")

    def choose() -> None:
        st.session_state[_OPEN] = True  # more may be asked about these sheets
        state.answer(imported.answer(sheets=st.session_state[key]))

    st.pills(
        "Sheets with your list", list(rows), selection_mode="multi", wrap=True,
        key=state.mirror(key, [sheet.name for sheet in sheets if sheet.is_read]),
        format_func=lambda name: f"{plain(name, 40)} ({rows[name]:,})",
        on_change=choose, help="With the number of their rows. A title in several of them counts once.",
    )  # fmt: skip
    others = [sheet for sheet in sheets if sheet.why and not sheet.is_read]
    if others:
        st.caption("  \n".join(f"“{plain(sheet.name, 40)}” was not read: {plain(sheet.why)}." for sheet in others))


def _scale(imported: lists.Import) -> None:
    """Choose the highest possible score of the list."""
    scale = imported.report.scale
    if not imported.report.scored:
        return
    if not scale.sure:
        st.caption(":material/help: We are not sure about the scale of your scores. Please check it.")
    options = sorted({*lists.SCALES, scale.top})
    key = state.input_key("scale")
    st.selectbox(
        "Highest possible score in this file", options, key=state.mirror(key, scale.top), format_func="{:g}".format,
        on_change=lambda: state.answer(imported.answer(scale=st.session_state[key])), help=f"Found: {scale.why}.",
    )  # fmt: skip


def _questions(imported: lists.Import) -> None:
    report = imported.report
    if report.titles:
        st.markdown(f"**{count(len(report.titles), 'title')} to confirm**")
        shown = f" These are the first {_SHOWN}." if len(report.titles) > _SHOWN else ""
        st.caption(f"The most doubtful first. You can do this later: the other titles are on your list already.{shown}")
    with st.form("confirm-form", border=False):
        titles = {item.row: _title(item) for item in report.titles[:_SHOWN]}
        statuses = {
            item.word: st.selectbox(
                f"What does “{plain(item.word, 30)}” mean? ({count(item.rows, 'title')})",
                list(_STATUS_LABELS), key=state.input_key(f"status-{item.word}"),
                format_func=_STATUS_LABELS.__getitem__,
            )
            for item in report.statuses[:_SHOWN]
        }  # fmt: skip
        letters = {
            letter: st.selectbox(
                f"The grade {plain(letter)} as a score", [None, *range(10, 0, -1)],
                key=state.input_key(f"letter-{letter}"),
                format_func=lambda score: "No score" if score is None else f"{score}",
            )
            for letter in report.letters
        }  # fmt: skip
        if st.form_submit_button("Confirm", width="stretch"):
            given = {letter: float(score) for letter, score in letters.items() if score is not None}
            state.answer(imported.answer(titles, statuses=statuses, letters=given))
            state.clear_inputs()
            st.rerun()


def _title(item: lists.TitleQuestion) -> int | None:
    """Choose which title a row means."""
    # Adult titles may have been switched off since the file was read.
    found = state.offered([candidate[0] for candidate in item.candidates])
    likely = item.likely if item.likely in found else None
    options = [*found, None]
    with st.container(horizontal=True, gap="small", wrap=False, vertical_alignment="bottom"):
        if found:
            cards.cover(resources.engine().title(likely or found[0]), cards.SMALL)
        return st.selectbox(
            plain(item.text, 60), options, options.index(likely), key=state.input_key(f"confirm-{item.row}"),
            format_func=_label,
        )  # fmt: skip


def _label(anime_id: int | None) -> str:
    if anime_id is None:
        return _LEAVE_OUT
    title = resources.engine().title(anime_id)
    facts = ", ".join(str(fact) for fact in (title.type, title.year) if fact)
    return f"{title.title} ({facts})" if facts else title.title
