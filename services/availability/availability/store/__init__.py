"""All queries of this service; they never commit. `agendas` is the hot path, `settings` what staff own, `projection`
what events tell."""
