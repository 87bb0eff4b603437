"""Anime Alchemy in the browser.

`streamlit run app.py` imports this file and serves `app`. Each visitor runs pages/parts/router.py and not this file
itself: beside a folder named pages, Streamlit 1.67 gives the first visitor its old multipage navigation, which does not
know our pages and answers a link to one of them with "Page not found". Run as a script, as Streamlit's AppTest does,
this file shows the same pages.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from pages.parts import memory_use

memory_use.limit_allocators()  # before anything imports Arrow

from pages.parts import resources, router  # noqa: E402


@asynccontextmanager
async def _started(_: st.App) -> AsyncIterator[None]:
    resources.preload()
    yield


if __name__ == "__main__":
    router.show()
else:
    app = st.App("pages/parts/router.py", lifespan=_started)
