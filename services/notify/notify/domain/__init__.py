"""The rules of notify: who hears of what, how templates are filled, when a delivery is tried again. Pure."""
