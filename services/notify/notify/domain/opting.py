"""What a reply to an SMS says about wanting more of them."""

STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "stopp", "arret", "arrêt", "стоп"})
START = frozenset({"start", "unstop", "старт"})


def wish(words: str) -> str | None:
    """ "stop", "start", or None: somebody said something else. The word counts only when it stands alone."""
    word = words.strip().strip(".!").casefold()
    if word in STOP:
        return "stop"
    return "start" if word in START else None
