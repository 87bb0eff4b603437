"""Files to download."""

import csv
import io
import math
import re

from pages.for_you import exports
from recsys import Pick


def test_the_table_has_both_chances_and_leaves_unknown_ones_empty():
    picks = [Pick(1, "A", 8, 7, 9, 0, chance_high=0.6184, chance_low=0.02), Pick(20, "B", 8, 7, 9, 0)]
    assert math.isnan(picks[1].chance_high)
    rows = list(csv.DictReader(io.StringIO(exports.picks_csv(picks).decode("utf-8-sig"))))
    assert [(row["anime_id"], row["chance_high"], row["chance_low"]) for row in rows] == [
        ("1", "0.618", "0.020"),
        ("20", "", ""),
    ]
    assert all(re.fullmatch(r"\d\.\d\d", row["mean_score"]) for row in rows)
