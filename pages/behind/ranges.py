"""How far the likely ranges hold: by harshness of fans, by genre, and for groups of fans.

Every sentence follows from the measured figures.
"""

import streamlit as st

from pages.behind import report_charts, shared
from pages.parts.text import plain
from recsys.serving import reports
from recsys.serving.reports import Reports
from recsys.serving.trust import AIM

SUBJECT = reports.BANDS


def show(report: Reports) -> None:
    """All tables."""
    report_charts.section(
        SUBJECT,
        "Ranges for different fans and genres",
        "The likely range should hold as often for fans who give low scores as for others, and in each genre. Where "
        "it holds more often, it is wider than it needs to be.",
        report.table(SUBJECT),
        rows="Model and fans",
    )
    if genres := report.table(SUBJECT, "genres"):
        off = [
            f"{plain(name)} ({row['band'].value:.0%})"
            for name, row in genres.rows.items()
            if "band" in row and abs(row["band"].value - AIM) > max(shared.SLACK, 2 * (row["band"].error or 0))
        ]
        st.markdown(f"Genres where the share is off by more than {shared.SLACK:.0%}: {', '.join(off) or 'none'}.")
        with st.expander("All genres", icon=":material/table:", key="all-genres", on_change="rerun") as table:
            if table.open:
                report_charts.figures(genres, "Ranges by genre", rows="Genre")
    if groups := report.table(SUBJECT, "groups"):
        st.markdown("### Groups of fans")
        st.markdown(
            "How often the ranges of all fans of a group hold for the same title, and how often all of them give it 7 "
            "or more, compared with the chance that the Together page shows."
        )
        report_charts.figures(groups, "Groups of fans", rows="Group")
    if joint := report.table(SUBJECT, "joint"):
        rows = [row for row in joint.rows.values() if {"chance", "happened"} <= row.keys()]
        report_charts.reliability({"All give 7 or more": rows}, "chart-joint")
