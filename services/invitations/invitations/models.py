"""Tables of the service. None yet beside the runtime's."""
