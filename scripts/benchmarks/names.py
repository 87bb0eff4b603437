"""Measures how well names are matched that are written as people write them."""

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

from recsys.data import manifest
from recsys.data.catalogue import FILE, Catalogue
from recsys.lists.importing import likely
from recsys.lists.resolve import CANDIDATES, is_certain
from recsys.serving.matching import Matcher
from recsys.serving.search import TitleSearch, normalise
from recsys.types import Title

_SEASON = re.compile(r"\b(\d+)(?:st|nd|rd|th) Season\b|\bSeason (\d+)\b", re.IGNORECASE)
_ORDINALS = {"1": "1st", "2": "2nd", "3": "3rd"}
_SHORTEST = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts"), help="folder to measure (%(default)s)")
    parser.add_argument("--titles", type=int, default=2000, help="titles to draw (%(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="seed of every random choice (%(default)s)")
    parser.add_argument("--show", type=int, default=0, help="wrong and missed matches to print (%(default)s)")


def main(args: argparse.Namespace) -> int:
    catalogue = Catalogue.load(manifest.read(args.artifacts).path(FILE))
    match = Matcher(catalogue, TitleSearch(catalogue))
    owners: dict[str, set[int]] = defaultdict(set)
    for title in catalogue.titles():
        for name in (title.title, title.title_english, title.title_japanese, *title.synonyms):
            if name:
                owners[normalise(name)].add(title.anime_id)
    rng = random.Random(args.seed)  # noqa: S311
    usual = [title for title in catalogue.titles() if not title.adult]
    drawn = {
        "as on lists": rng.choices(usual, [title.members + 1 for title in usual], k=args.titles),
        "any title": rng.sample(usual, min(args.titles, len(usual))),
    }
    for who, titles in drawn.items():
        print(f"\n{who}: {len(titles):,} titles\n")
        print("| written as | names | sure | sure and wrong | right among the choices | suggested and wrong |")
        print("|---|---|---|---|---|---|")
        total: Counter[str] = Counter()
        shown = args.show
        for how, perturb in HOW.items():
            counts: Counter[str] = Counter()
            for title in tqdm(titles, desc=how, leave=False):
                source, text = perturb(title, rng)
                if len(text) < _SHORTEST or not normalise(text):
                    continue
                right = owners[normalise(source)] | {title.anime_id}
                found = match(text, CANDIDATES)
                counts += _counts(found, right)
                wrong = bool(found) and is_certain(found) and found[0][0] not in right
                missed = not any(candidate[0] in right for candidate in found)
                if (wrong or missed) and shown:
                    shown -= 1
                    print(f"{'WRONG' if wrong else 'missed'} {text!r} ({title.anime_id} {title.title}): {found[:2]}")
            print(_row(how, counts))
            total += counts
        print(_row("all", total))
        print(_absent(match, titles, owners))
    return 0


def _absent(match: Matcher, titles: list[Title], owners: dict[str, set[int]]) -> str:
    """How often a title that the catalogue lacks is taken for another one: its own entries are left out."""
    counts: Counter[str] = Counter()
    for title in tqdm(titles, desc="not in the catalogue", leave=False):
        right = owners[normalise(title.title)] | {title.anime_id}
        found = [candidate for candidate in match(title.title, 4 * CANDIDATES) if candidate[0] not in right]
        counts += _counts(found[:CANDIDATES], set())
    return _row("not in the catalogue", counts)


def _counts(found: list[tuple[int, str, float]], right: set[int]) -> Counter[str]:
    sure = is_certain(found)
    first = found[0][0] in right if found else False
    suggested = not sure and likely(found) is not None
    return Counter(
        names=1,
        sure=sure,
        wrong=sure and not first,
        right=any(candidate[0] in right for candidate in found),
        suggested=suggested,
        misled=suggested and not first,
    )


def _row(how: str, counts: Counter[str]) -> str:
    n = max(counts["names"], 1)
    shares = (f"{counts[key] / n:.{digits}%}" for key, digits in (("sure", 1), ("wrong", 2), ("right", 2)))
    return f"| {how} | {counts['names']:,} | {' | '.join(shares)} | {counts['misled'] / n:.2%} |"


def _as_written(title: Title, rng: random.Random) -> tuple[str, str]:
    return title.title, title.title


def _english(title: Title, rng: random.Random) -> tuple[str, str]:
    name = title.title_english or ""
    return name, name.lower()


def _bare(title: Title, rng: random.Random) -> tuple[str, str]:
    """Without punctuation and capitals."""
    return title.title, " ".join(re.sub(r"[^\w\s]+|_", " ", title.title).lower().split())


def _joined(title: Title, rng: random.Random) -> tuple[str, str]:
    """With the punctuation left out, so that words join: `ReZero`."""
    return title.title, re.sub(r"[^\w\s]+|_", "", title.title)


def _season(title: Title, rng: random.Random) -> tuple[str, str]:
    """The season in other words; only names that have one."""
    name = title.title if _SEASON.search(title.title) else title.title_english or ""
    found = _SEASON.search(name)
    if not found:
        return name, ""
    number = found[1] or found[2]
    forms = (f"Season {number}", f"{_ORDINALS.get(number, number + 'th')} Season", f"S{number}", number)
    return name, _SEASON.sub(rng.choice(forms), name, count=1)


def _typo(title: Title, rng: random.Random) -> tuple[str, str]:
    """A letter left out, doubled, or swapped with the next."""
    name = rng.choice([title.title, title.title_english or title.title])
    places = [i for i in range(1, len(name) - 1) if name[i].isalpha() and name[i + 1].isalpha()]
    if not places:
        return name, ""
    i = rng.choice(places)
    middle = rng.choice(("", name[i] * 2, name[i + 1] + name[i]))
    return name, name[:i] + middle + name[i + (2 if len(middle) == 2 and middle[0] != middle[1] else 1) :]


HOW: dict[str, Callable[[Title, random.Random], tuple[str, str]]] = {
    "its name": _as_written,
    "the English name": _english,
    "without punctuation": _bare,
    "punctuation left out, words joined": _joined,
    "the season in other words": _season,
    "a typing error": _typo,
}
