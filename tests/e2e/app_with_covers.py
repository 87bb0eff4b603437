"""The app with covers from a local server, COVERS_SITE, in the place of the hosts in the catalogue."""

import os
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from pages.parts import resources
from recsys.serving import cover_fetch
from recsys.serving.covers import Covers
from recsys.settings import CoverSettings

_SITE = urlsplit(os.environ["COVERS_SITE"])
#: On a busy machine, drawing a poster takes its time.
_SETTINGS = CoverSettings(scheme=_SITE.scheme, hosts=frozenset({_SITE.netloc}), deadline=120, timeout=120)


def _fetch(url: str) -> bytes:
    return cover_fetch.fetch(urlsplit(url)._replace(scheme=_SITE.scheme, netloc=_SITE.netloc).geturl(), _SETTINGS)


_covers = Covers(_SETTINGS, _fetch)
resources.covers = lambda: _covers
app = st.App(Path(__file__).parents[2] / "pages" / "parts" / "router.py")
