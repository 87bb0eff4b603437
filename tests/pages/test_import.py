"""A file that a visitor uploads, and the questions about it."""

from collections.abc import Iterator

from pages.parts import resources
from pages.parts.state import Visit
from recsys import Engine, Profile, lists
from recsys.types import Title
from tests.lists.workbooks import xlsx
from tests.pages.helpers import opened, report_opened

FRENCH = "Titre;Note;Statut\nCowboy Bebop;16;Vu\nDeath Note;12,5;Fini hier\nAkira;18;Vu\n☂☂☂☂;3;Vu\n"


def uploaded(app, data: bytes):
    app.pills(key="way").set_value("File").run()
    app.file_uploader(key="file").upload("fans.csv", data, "text/csv").run()
    return report_opened(app)


def test_the_scale_and_unknown_words_of_a_file_are_asked_about(app):
    opened(app, r="5114-9")
    uploaded(app, FRENCH.encode())
    assert not app.exception
    visit = app.session_state["visit"]
    assert dict(visit.profile.scores) == {1: 8, 1535: 6.25, 47: 9, 5114: 9}  # the score given before stays
    assert any("1 score that you gave on this page before" in note for note in visit.notes)
    assert any("☂☂☂☂" in caption.value for caption in app.caption)
    scale = next(box for box in app.selectbox if box.label.startswith("Highest possible score"))
    assert scale.value == 20
    scale.set_value(100).run()
    assert app.session_state["visit"].profile.scores[47] == 1.8
    status = next(box for box in app.selectbox if "Fini hier" in box.label)
    status.set_value("dropped")
    next(button for button in app.button if button.label == "Confirm").click().run()
    assert app.session_state["visit"].profile.dropped == {1535}
    assert not app.exception


def test_grades_are_asked_about_at_once_if_there_is_no_other_score(app):
    opened(app)
    app.pills(key="way").set_value("File").run()
    app.file_uploader(key="file").upload("tiers.csv", b"S,C\nCowboy Bebop,Akira\n", "text/csv").run()
    assert app.session_state["visit"].table.report.letters == ("C", "S")
    for grade, score in (("S", 10), ("C", 4)):
        next(box for box in app.selectbox if f"grade {grade} " in box.label).set_value(score)
    next(button for button in app.button if button.label == "Confirm").click().run()
    assert dict(app.session_state["visit"].profile.scores) == {1: 10, 47: 4}
    assert not app.exception


def test_a_second_import_replaces_the_first(app):
    opened(app)
    uploaded(app, FRENCH.encode())
    app.file_uploader[0].upload("again.csv", b"title,score\nMonster,9\n", "text/csv").run()
    assert dict(app.session_state["visit"].profile.scores) == {19: 9}
    assert app.session_state["visit"].label == "again.csv"


def adults(engine: Engine) -> Iterator[Title]:
    return map(engine.title, engine.catalogue.ids[engine.catalogue.adult].tolist())


def test_no_adult_title_is_offered_while_they_are_off(app):
    engine = resources.engine()
    adult = next(t for t in adults(engine) if engine.match.with_adult()(t.title, 1)[0][0] == t.anime_id)
    opened(app)
    app.text_input(key="title-typed").set_value(adult.title).run()
    assert not [widget for widget in app.get("button_group") if (widget.key or "").endswith(f"-{adult.anime_id}")]


def test_no_adult_title_is_offered_for_a_row_after_they_were_switched_off(app):
    engine = resources.engine()
    adult = next(adults(engine)).anime_id
    table = lists.read(b"title,score\nsomething,7\n", lambda text: [(adult, "An adult title", 0.89), (1, "Bebop", 0.5)])
    opened(app, Visit("import", "fans.csv", Profile(scores={5114: 9}), table=table))
    report_opened(app)
    (box,) = [box for box in app.selectbox if box.label == "something"]
    assert box.value is None
    assert box.options == ["Cowboy Bebop (TV, 1998)", "None of these: leave it out"]


def test_rows_that_were_not_read_can_be_downloaded(app):
    opened(app)
    uploaded(app, FRENCH.encode())
    (button,) = [button for button in app.get("download_button") if "not read" in button.proto.label]
    assert button.proto.url
    assert b"\xe2\x98\x82" in app.session_state["visit"].table.report.to_csv()


def test_leaving_out_the_only_row_is_no_error(app):
    opened(app)
    uploaded(app, b"Title,Score\nDeth Noote,8\n")
    (box,) = [box for box in app.selectbox if box.label == "Deth Noote"]
    box.set_value(None)
    next(button for button in app.button if button.label == "Confirm").click().run()
    assert not app.exception
    assert not app.error


def test_the_sheets_of_a_workbook_can_be_chosen(app):
    opened(app)
    scored = [["Title", "Score"], ["Cowboy Bebop", 8], ["Monster", 9]]
    uploaded(app, xlsx({"Mine": scored, "*Friends*": [["Akira"], ["Death Note"]], "Sums": [["Total", 2]]}))
    assert not app.exception
    assert dict(app.session_state["visit"].profile.scores) == {1: 8, 19: 9}
    assert app.expander(key="import-report").label.endswith("1 sheet to confirm")
    sheets = next(group for group in app.pills if group.label == "Sheets with your list")
    assert sheets.value == ["Mine"]
    assert any("neither scores nor statuses of your own" in caption.value for caption in app.caption)
    sheets.set_value(["Mine", "*Friends*"]).run()
    next(box for box in app.selectbox if "Friends" in box.label).set_value("planned")
    next(button for button in app.button if button.label == "Confirm").click().run()
    profile = app.session_state["visit"].profile
    assert (profile.scores.keys(), profile.planned) == ({1, 19}, {47, 1535})
    next(group for group in app.pills if group.label == "Sheets with your list").set_value([]).run()
    assert app.session_state["visit"].profile.is_empty
    assert not app.exception


def test_sheets_of_two_people_are_asked_about_at_once(app):
    opened(app)
    app.pills(key="way").set_value("File").run()
    mine = [["Title", "Score"], ["Cowboy Bebop", 8], ["Monster", 9]]
    data = xlsx({"Anna": mine, "Ben": [["Title", "Score"], ["Cowboy Bebop", 5], ["Monster", 4]]})
    app.file_uploader(key="file").upload("us.xlsx", data, "application/octet-stream").run()
    assert app.session_state["visit"].profile.is_empty
    next(group for group in app.pills if group.label == "Sheets with your list").set_value(["Ben"]).run()
    assert dict(app.session_state["visit"].profile.scores) == {1: 5, 19: 4}
    assert not app.exception
