"""The map app: ``routeopt app``, or ``streamlit run app/streamlit_app.py``."""

from __future__ import annotations

import streamlit as st
from mapapp import keeping

# The folder is not called "pages": Streamlit runs files in a folder of that name by itself, without what is here.
st.set_page_config(page_title="routeopt", page_icon=":material/route:", layout="wide")
page = st.navigation(
    [
        st.Page("views/plan.py", title="Plan", icon=":material/route:", default=True),
        st.Page("views/paths.py", title="Paths", icon=":material/directions:"),
        st.Page("views/benchmarks.py", title="Benchmarks", icon=":material/speed:"),
    ]
)
keeping.keep(page.title)
page.run()
