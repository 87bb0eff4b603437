"""Streaming services, and the countries in which they can be watched."""

from collections.abc import Mapping
from types import MappingProxyType

_JAPAN = frozenset({"JP"})
_ANI_ONE_ASIA = "HK TW MO SG MY PH TH ID VN KH BD BN BT FJ FM IN LA LK MH MM MN MV NP NR PG PK PW SB TL TO TV VU WS"
_VIU = "HK SG MY IN PH TH MM BH EG JO KW OM QA SA AE ZA"

#: Service -> its countries, by bangumi-data's list of sites (CC BY 4.0); the build of the catalogue compares. None:
#: many countries, each with other titles; which is not known. These come first. Pages show services in this order.
COUNTRIES: Mapping[str, frozenset[str] | None] = MappingProxyType(
    {
        "Crunchyroll": None,
        "Netflix": None,
        "Disney+": None,
        "Prime Video": None,
        "YouTube": None,
        "Ani-One Asia": frozenset(_ANI_ONE_ASIA.split()),
        "Viu": frozenset(_VIU.split()),
        "U-NEXT": _JAPAN,
        "d Anime Store": _JAPAN,
        "ABEMA": _JAPAN,
        "Niconico": _JAPAN,
        "Bilibili": frozenset({"CN"}),
    }
)


def serves(service: str, country: str) -> bool:
    """Whether a service can be watched in a country, given by its ISO 3166-1 alpha-2 code. A service that is not in
    `COUNTRIES` counts as one of many countries."""
    countries = COUNTRIES.get(service)
    return countries is None or country in countries
