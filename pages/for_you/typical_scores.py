"""Groups of titles and figures of the community to compare a fan with, computed once for all visitors."""

import streamlit as st

from pages.parts import resources
from recsys.serving import norms, taste


@st.cache_resource(show_spinner=False)
def facets() -> dict[str, taste.Facet]:
    return taste.facets(resources.engine().catalogue)


@st.cache_resource(show_spinner="Computing how other fans score …")
def levels() -> norms.Norm:
    return norms.levels(resources.ratings(), resources.engine().catalogue)


@st.cache_resource(show_spinner="Computing how predictable other fans are …")
def errors(model: str) -> norms.Norm:
    return norms.errors(resources.ratings(), resources.engine(), model)
