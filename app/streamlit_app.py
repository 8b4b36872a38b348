"""The map app: ``routeopt app``, or ``streamlit run app/streamlit_app.py``."""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from mapapp import keeping

ICON = str(
    Path(__file__).parent / "static" / "icon.svg"
)  # Streamlit would fetch one of its own from elsewhere
STYLE = """<style>
.stMainBlockContainer { padding: 2.6rem 2rem 2rem; }
.stMainBlockContainer h1 { font-size: 1.9rem; padding: 0.2rem 0 0.6rem; }
[data-testid="stMetricValue"] { font-size: 1.15rem; }
[data-testid="stMetricDelta"] { font-size: 0.8rem; }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 3.8rem 0.9rem 2rem; }
  [data-testid="stElementContainer"]:has(> [data-testid="stMetric"]) { flex: 1 1 7rem; width: auto; }
}
</style>"""  # more of the map above the fold, and whole numbers in the tiles

# The folder is not called "pages": Streamlit runs files in a folder of that name by itself, without what is here.
st.set_page_config(page_title="routeopt", page_icon=ICON, layout="wide")
st.html(STYLE)
page = st.navigation(
    [
        st.Page("views/plan.py", title="Plan", icon=":material/route:", default=True),
        st.Page("views/paths.py", title="Paths", icon=":material/directions:"),
        st.Page("views/flows.py", title="Flows", icon=":material/lan:"),
        st.Page("views/benchmarks.py", title="Benchmarks", icon=":material/speed:"),
        st.Page("views/learning.py", title="Learning", icon=":material/school:"),
    ]
)
keeping.keep(page.title)
page.run()
