"""The collector of cyclic garbage, told that this is a server: what is loaded at the start stays."""

import gc

YOUNG = 20_000  # new containers between two looks (CPython's default, 700, is for short scripts)


def settle() -> None:
    """Call once, when everything is loaded: later collections look through new objects only."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 10, 20)
