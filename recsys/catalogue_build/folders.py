"""Read the folders of facts that `build_catalogue --facts` names; docs/catalogue.md describes their files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from recsys.catalogue_build import anilist, franchise_collections, kaggle, kitsu, myanimelist, tvdb
from recsys.catalogue_build.facts import Facts
from recsys.data.manifest import sha256
from recsys.errors import DataError

_FACTS: dict[str, Callable[[Path], Iterable[Facts]]] = {
    module.FILE: module.read for module in (myanimelist, anilist, kitsu, kaggle)
}
#: File -> where its rows are from, and under which licence.
_ORIGINS = {
    myanimelist.FILE: (
        "MyAnimeList, by Ate329/anime-season-tracker and LeoRigasaki/Anime-dataset",
        "MIT; none stated by the second",
    ),
    anilist.FILE: (
        "AniList, by barrettotte/anilist-ml and LeoRigasaki/Anime-dataset",
        "MIT; none stated by the second",
    ),
    kitsu.FILE: ("Kitsu, addresses of posters", "none stated"),
    kaggle.FILE: ("hernan4444/anime-recommendation-database-2020", "CC0-1.0, as labelled there"),
    franchise_collections.FILE: ("Fribb/anime-lists, from manami-project/anime-offline-database", "ODbL-1.0"),
    tvdb.FILE: ("Kometa-Team/Anime-IDs", "MIT"),
}


@dataclass(frozen=True)
class Contents:
    """`collections` maps a name to its titles, `seasons` a title to its season of TheTVDB. `described` holds an entry
    of the manifest for each file that was read."""

    facts: list[Facts] = field(default_factory=list)
    collections: dict[str, list[int]] = field(default_factory=dict)
    seasons: dict[int, tvdb.Season] = field(default_factory=dict)
    described: list[dict[str, Any]] = field(default_factory=list)


def read(folders: Sequence[Path]) -> Contents:
    """Read all known files of `folders`.

    Raises `DataError` if a folder has none of them, or if a file cannot be read or lacks a column.
    """
    contents = Contents()
    for folder in folders:
        files = [folder / name for name in _ORIGINS if (folder / name).is_file()]
        if not files:
            raise DataError(f"{folder} has no file of facts ({', '.join(_ORIGINS)}); see docs/catalogue.md.")
        for path in files:
            _read_file(path, contents)
            name, licence = _ORIGINS[path.name]
            entry = {"name": name, "version": path.name, "licence": licence, "sha256": sha256(path)}
            contents.described.append(entry)
    return contents


def _read_file(path: Path, contents: Contents) -> None:
    if path.name == franchise_collections.FILE:
        contents.collections.update(franchise_collections.read(path))
        contents.facts.extend(franchise_collections.names(contents.collections))
    elif path.name == tvdb.FILE:
        contents.seasons.update(tvdb.read(path))
    else:
        contents.facts.extend(_FACTS[path.name](path))
