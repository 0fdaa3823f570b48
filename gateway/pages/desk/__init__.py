"""The desk: what staff work in all day. One module per area; `frame` is what their pages share."""

import importlib
import pkgutil

# Importing an area hangs its pages into the blueprint.
for _area in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_area.name}")
