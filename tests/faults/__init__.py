"""Faults at scale: a whole system of its own on loopback, killed and starved while people book. `make faults`."""
