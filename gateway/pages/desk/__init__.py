"""The desk: what staff work in all day. One module per area; `frame` is what their pages share."""

from gateway.pages.desk import lists, settings

# Importing them hangs their pages into the blueprint.
MODULES = (lists, settings)
