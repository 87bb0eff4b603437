"""Hand-made rows that change nothing are found, also where rows depend on each other."""

from recsys.catalogue_build import franchise_rows
from recsys.catalogue_build.franchise_links import Links
from recsys.catalogue_build.franchise_rows import Row, known_rows, needless
from recsys.types import Title

TITLES = [
    Title(1, "Yuusha Ou", type="TV", year=2001),
    Title(2, "Yuusha Ou 2nd Season", type="TV", year=2002),
    Title(3, "Aoi Tsuki", type="TV", year=2003),
    Title(4, "Kaze no Machi", type="TV", year=2004),
]


def test_rows_that_names_make_needless_and_rows_that_join_or_order():
    by_name, joining = Row("ids", (1, 2)), Row("ids", (1, 3))
    ordered, known_order, absent = Row("after", (3, 2)), Row("after", (2, 1)), Row("ids", (8, 9))
    rows = [by_name, joining, ordered, known_order, absent]
    assert set(needless(TITLES, Links(), rows)) == {by_name, known_order, absent}


def test_of_two_rows_with_the_same_effect_one_is_kept():
    rows = [Row("ids", (3, 4)), Row("ids", (4, 3))]
    assert len(needless(TITLES, Links(), rows)) == 1


def test_a_row_that_keeps_titles_apart_or_names_a_brand_is_needed():
    apart, brand = Row("apart", (2,)), Row("words", (("tsuki",), ("kaze",)))
    assert needless(TITLES, Links(), [apart, brand, Row("words", (("umi",),))]) == [Row("words", (("umi",),))]


def test_the_shipped_rows_are_those_of_the_files():
    assert {row.column for row in known_rows()} == set(franchise_rows.COLUMNS)
