"""One version of a service beside the next: no booking is lost, doubled or refused for it. See docs/upgrades.md."""
