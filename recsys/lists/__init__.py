"""Import a fan's list from MyAnimeList, AniList or a table, as a `Profile`.

`mal_xml.read`, `mal_api.fetch`, `anilist.fetch` and `csv_list.read` return the `Profile`. `import_list` of the first
three and `csv_list.parse` also return what was changed: converted scales, repairs, skipped entries, uncertain matches.
"""

from recsys.lists import anilist, csv_list, errors, mal_api, mal_export, mal_xml
from recsys.lists.build import ImportedList
from recsys.lists.csv_list import CsvImport
from recsys.lists.summary import Summary, drops_as_dislikes, summary

__all__ = [
    "CsvImport",
    "ImportedList",
    "Summary",
    "anilist",
    "csv_list",
    "drops_as_dislikes",
    "errors",
    "mal_api",
    "mal_export",
    "mal_xml",
    "summary",
]
