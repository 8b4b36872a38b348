"""The map app: ``routeopt app``, or ``streamlit run app/streamlit_app.py``."""

from __future__ import annotations

import streamlit as st
from mapapp import keeping

st.set_page_config(page_title="routeopt", page_icon=":material/route:", layout="wide")
page = st.navigation(
    [
        st.Page("pages/plan.py", title="Plan", icon=":material/route:", default=True),
        st.Page("pages/paths.py", title="Paths", icon=":material/directions:"),
        st.Page("pages/benchmarks.py", title="Benchmarks", icon=":material/speed:"),
    ]
)
keeping.keep(page.title)
page.run()
