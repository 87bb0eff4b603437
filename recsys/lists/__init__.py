"""Import a fan's list from a file or a site, as a `Profile`.

`read` takes any file and returns an `Import`: its `profile`, and its `report` of what was done and what is to be asked.
`mal_api.fetch`, `anilist.fetch` and `kitsu.fetch` return the `Profile` of a username; `import_list` of the same modules
also says what was changed.
"""

from recsys.lists import anilist, errors, kitsu, mal_api, mal_export, mal_xml
from recsys.lists.build import ImportedList, LeftOut
from recsys.lists.importing import Import
from recsys.lists.reading import read
from recsys.lists.report import Report, Sheet, TitleQuestion
from recsys.lists.scores import SCALES
from recsys.lists.summary import Summary, drops_as_dislikes, summary
from recsys.lists.template import template

__all__ = [
    "SCALES",
    "Import",
    "ImportedList",
    "LeftOut",
    "Report",
    "Sheet",
    "Summary",
    "TitleQuestion",
    "anilist",
    "drops_as_dislikes",
    "errors",
    "kitsu",
    "mal_api",
    "mal_export",
    "mal_xml",
    "read",
    "summary",
    "template",
]
