"""One function per command or question. None yet."""
