"""Each service without the others: built, migrated, tested and run from its own folder and the runtime's."""
