"""Write planned titles as XML for MyAnimeList's import (myanimelist.net, "Import List", type MyAnimeList)."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from recsys.types import Title


def plan_xml(titles: Iterable[Title]) -> bytes:
    """UTF-8 XML that adds `titles` as "Plan to Watch" and changes no other entry."""
    entries = "".join(
        f"<anime><series_animedb_id>{title.anime_id}</series_animedb_id>"
        f"<series_title>{escape(_legal(title.title))}</series_title><my_watched_episodes>0</my_watched_episodes>"
        "<my_score>0</my_score><my_status>Plan to Watch</my_status><update_on_import>1</update_on_import></anime>\n"
        for title in titles
    )
    info = "<myinfo><user_export_type>1</user_export_type></myinfo>\n"
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<myanimelist>\n{info}{entries}</myanimelist>\n'.encode()


def _legal(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids (section 2.2)."""
    return "".join(
        c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
