"""The small shared library of the services: transports, transactions and time, and no word of the domain."""
