"""What is worked out once for all visitors to compare a fan with: groups of titles, and how the community scores."""

import streamlit as st

from pages.parts import resources
from recsys.serving import norms, taste


@st.cache_resource(show_spinner=False)
def facets() -> dict[str, taste.Facet]:
    return taste.facets(resources.engine().catalogue)


@st.cache_resource(show_spinner="Looking at how others score …")
def levels() -> norms.Norm:
    return norms.levels(resources.ratings(), resources.engine().catalogue)


@st.cache_resource(show_spinner="Looking at how predictable others are …")
def errors(model: str) -> norms.Norm:
    return norms.errors(resources.ratings(), resources.engine(), model)
