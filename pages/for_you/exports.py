"""Files to download."""

import csv
import io
import math

from pages.parts import resources
from recsys import Pick

#: A cell that begins with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text


def picks_csv(picks: list[Pick]) -> bytes:
    """The picks as CSV. `chance_high` and `chance_low` are those of `Pick`, empty where unknown. A byte order mark
    makes spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    columns = ("predicted", "low", "high", "chance_high", "chance_low", "mean_score", "link")
    writer.writerow(["rank", "anime_id", "title", "title_english", *columns])
    for rank, pick in enumerate(picks, 1):
        title = resources.engine().title(pick.anime_id)
        names = (_cell(title.title), _cell(title.title_english or ""))
        scores = (f"{pick.predicted:.2f}", f"{pick.low:.2f}", f"{pick.high:.2f}")
        chances = ("" if math.isnan(chance) else f"{chance:.3f}" for chance in (pick.chance_high, pick.chance_low))
        mean = "" if title.mean_score is None else f"{title.mean_score:.2f}"
        link = f"https://myanimelist.net/anime/{pick.anime_id}"
        writer.writerow([rank, pick.anime_id, *names, *scores, *chances, mean, link])
    return out.getvalue().encode("utf-8-sig")
