"""Plan: stops and vehicles in, routes out."""

from __future__ import annotations

import streamlit as st

from mapapp import planning

planning.page()
