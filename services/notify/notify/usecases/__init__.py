"""One function per event, command or question of notify: (session, now, …) -> result."""
