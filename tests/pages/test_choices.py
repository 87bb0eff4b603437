"""The choices of the Recommend page: tags, time, services, the order by chance, and how many titles."""

import re

import pytest

from pages.parts import resources, tag_choice, where
from pages.parts.visit import Visit
from recsys import Profile
from recsys.serving import tags, taste
from tests.pages.helpers import opened as run

RATED = "5114-9_1535-8_30276-4_16498-9"


def shown(app) -> list[int]:
    """Anime ids of the ten or more."""
    keys = [button.key for button in app.button if (button.key or "").startswith("ten-open-")]
    return [int(key.rpartition("-")[2]) for key in keys]


def of_key(elements, key: str):
    return next(one for one in elements if one.key == key)


def words(anime_id: int) -> set[str]:
    title = resources.engine().title(anime_id)
    return {*title.genres, *title.themes, *title.demographics, *title.tags}


def sites(anime_id: int) -> set[str]:
    return {site for site, _ in resources.engine().title(anime_id).streaming}


def test_titles_with_a_tag_and_without_another(app):
    run(app, r=RATED)
    tag = of_key(app.multiselect, "tags")
    assert {"Magic", "Tragedy"} <= set(tag.options)
    tag.set_value(["Magic"]).run()
    assert not app.multiselect  # the form is not drawn again
    assert all("Magic" in words(anime_id) for anime_id in shown(app))
    assert any("Tragedy" in words(anime_id) for anime_id in shown(app))
    run(app, **{"no-tags": "Tragedy"})
    assert len(shown(app)) == 10
    assert not any("Tragedy" in words(anime_id) for anime_id in shown(app))


def test_tags_liked_are_offered_first_and_their_worth_is_said(app):
    engine = resources.engine()
    titles = [title for title in map(engine.title, engine.catalogue.ids[:2000].tolist()) if title.mean_score]
    magic = [title for title in titles if "Magic" in title.tags][:40]
    others = [title for title in titles if not title.adult and "Magic" not in title.tags][:40]
    assert len(magic) == len(others) == 40
    scores = {title.anime_id: 10.0 for title in magic} | {title.anime_id: 4.0 for title in others}
    run(app, Visit(source="import", label="a fan", base=Profile(scores)))
    liked, disliked = (of_key(app.multiselect, key).options for key in ("tags", "no-tags"))
    assert liked[0] != sorted(liked)[0]
    assert liked.index("Magic") < 20 < disliked.index("Magic")
    assert sorted(liked) == sorted(disliked) == sorted(tag_choice.names())
    assert any(re.search(r"Your list likes most: .* \+\d\.\d\d", caption.value) for caption in app.caption)


def test_without_scores_tags_are_in_alphabetical_order(app):
    run(app, seen="5680_7791_9734_849")
    assert of_key(app.multiselect, "tags").options == [*tag_choice.names()]
    assert not any("Your list likes" in caption.value for caption in app.caption)


def test_tags_of_adult_or_few_titles_are_not_offered():
    catalogue = resources.engine().catalogue
    offered = tags.offered(catalogue)
    words = [zip(*catalogue.words(column), strict=True) for column in ("genres", "tags")]
    adult = {name.as_py() for column in words for at, name in column if catalogue.adult[at]}
    assert adult - set(offered.labels)
    for group, name in enumerate(offered.labels):
        titles = offered.titles[offered.groups == group]
        assert len(titles) >= 10
        assert 2 * catalogue.adult[titles].sum() < len(titles), name


def test_music_videos_are_said_to_be_removed_by_the_watch_order(app):
    run(app, r=RATED, type="Music")
    assert shown(app) == []
    assert any("recaps and music videos (" in element.value for element in app.info)
    of_key(app.toggle, "series").set_value(False).run()
    assert len(shown(app)) == 10


def test_time_to_watch_leaves_what_fits(app):
    run(app, r=RATED, time="A film, 2 hours")
    assert len(shown(app)) == 10
    for anime_id in shown(app):
        title = resources.engine().title(anime_id)
        assert title.episodes
        assert title.episodes * (title.duration_min or 24) <= 120


def test_only_my_services_in_my_country_and_how_many_have_none(app):
    run(app, r=RATED, services=["Netflix", "Bilibili"], country="Germany")
    assert {"Netflix"} <= set().union(*map(sites, shown(app)))
    assert any(not sites(anime_id) for anime_id in shown(app)) or all("Netflix" in sites(i) for i in shown(app))
    assert any("no streaming service is known" in caption.value for caption in app.caption)
    of_key(app.toggle, "unknown").set_value(False).run()
    assert len(shown(app)) == 10
    assert all("Netflix" in sites(anime_id) for anime_id in shown(app))  # Bilibili is in China alone
    assert any("left out because no streaming service" in caption.value for caption in app.caption)


def test_a_guessed_country_removes_nothing_by_itself(app, monkeypatch):
    monkeypatch.setattr(where, "guessed_country", lambda: "AQ")
    run(app, r=RATED)
    country = of_key(app.selectbox, "country")
    assert country.value == "AQ"
    guessed = shown(app)
    country.set_value(where.ANY).run()
    assert shown(app) == guessed


@pytest.mark.parametrize(
    ("locale", "code"),
    [("de-DE", "DE"), ("pt-br", "BR"), ("zh-Hant-TW", "TW"), ("en", ""), ("es-419", ""), ("", ""), ("en-XX", "")],
)
def test_country_of_a_language(locale, code):
    assert where.country_of(locale) == code


def test_odds_order_by_the_chance_and_show_it(app):
    run(app, r=RATED)
    before = shown(app)
    of_key(app.select_slider, "odds").set_value(1.0).run()
    assert shown(app) != before
    labels = [button.label for button in app.button if (button.key or "").startswith("ten-open-")]
    chances = [int(re.search(r"8 or more: (\d+)%", label)[1]) for label in labels]
    engine, given = resources.engine(), Profile({5114: 9, 1535: 8, 30276: 4, 16498: 9})
    usual = [pick.chance_high for pick in engine.recommend(given, reasons=0)]
    assert sum(chances) / len(chances) / 100 > sum(usual) / len(usual)


def test_show_ten_more_in_place_and_the_address_keeps_how_many(app):
    run(app, r=RATED)
    first = shown(app)
    app.button(key="show-more").click().run()
    assert app.query_params["n"] == "20"
    assert len(shown(app)) == 20
    assert set(first) <= set(shown(app))
    assert shown(app)[:10] == first
    assert not app.select_slider  # the controls are not drawn again


@pytest.mark.parametrize(
    ("written", "number"), [("20", 20), ("25", 20), ("3", 10), ("999", 100), ("-20", 10), ("x", 10), ("9" * 9, 10)]
)
def test_how_many_in_a_link(app, written, number):
    run(app, r=RATED, n=written)
    assert len(shown(app)) == number


def test_a_short_list_says_why_and_offers_no_more(app):
    run(app, r=RATED, n="100", tags=["Magic", "Zombie"])
    assert 0 < len(shown(app)) < 100
    assert app.info
    assert not any(button.key == "show-more" for button in app.button)


def test_the_limit_at_the_usual_score_is_named(app):
    scores = "_".join(f"{i}-10" for i in (1, 5, 6, 20, 21, 30, 121, 199, 205, 269, 1535, 5114))
    run(app, r=scores, n="100", type="Music", series="false")
    assert any("predicted below the usual score" in info.value for info in app.info)


def test_each_tag_shows_what_it_is_worth_the_most_liked_first(app):
    run(app, fan=resources.ratings().find_names("", 1)[0])
    assert not app.dataframe  # closed
    app.session_state["tag-worths"] = True
    app.run()
    table = next(one.value for one in app.dataframe if "Points" in one.value)
    catalogue, fan = resources.engine().catalogue, app.session_state["visit"].profile
    found = taste.leanings(catalogue, tags.offered(catalogue), fan, 3)
    assert len(found) > 8  # more than the sentence names
    assert table["Tag or genre"].tolist() == [one.label for one in found]
    assert table["Points"].tolist() == pytest.approx(sorted((one.effect for one in found), reverse=True))


def test_without_scores_no_tag_has_a_worth(app):
    run(app, seen="5680_7791_9734_849")
    assert not any(one.label == "Worth of each tag" for one in app.expander)
