"""Where the visitor can watch: services, and a country guessed from the browser's language."""

import re

import streamlit as st

from pages.parts import resources
from pages.parts.text import count
from recsys import Filters
from recsys.countries import NAMES
from recsys.serving import choices
from recsys.serving.recommending import Candidates

#: The region of a language tag such as "de-DE" or "zh-Hans-CN" (BCP 47): two letters after the language.
_REGION = re.compile(r"^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?-([A-Za-z]{2})(?:-|$)")
#: The choice of no country.
ANY = ""


def guessed_country() -> str:
    """The country of the browser's language, `ANY` if it names none."""
    return country_of(st.context.locale or "")


def country_of(locale: str) -> str:
    """The ISO 3166-1 code of the country in a language tag; `ANY` if it names none."""
    found = _REGION.match(locale)
    code = found[1].upper() if found else ANY
    return code if code in NAMES else ANY


def countries() -> list[str]:
    """Codes of all countries by name, after `ANY`."""
    return [ANY, *sorted(NAMES, key=NAMES.__getitem__)]


def country_name(code: str) -> str:
    return NAMES.get(code, "Any country")


def services() -> tuple[str, ...]:
    """The services that any title is on."""
    return choices.service_names(resources.engine().catalogue)


def filters_by_service(filters: Filters) -> bool:
    return bool(filters.services or filters.country)


def tell_unknown(left: Candidates) -> None:
    """Say how many titles without a known service the filters keep or leave out."""
    kept, dropped = left.without_service, left.removed.get("no known service", 0)
    if kept:
        st.caption(f"{count(len(left), 'title')} fit the filters. For {kept:,} of them, no streaming service is known.")
    elif dropped:
        titles = count(dropped, "title is", "titles are")
        st.caption(f"{titles} left out because no streaming service is known for them.")
