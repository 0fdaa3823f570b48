"""The shape of everything that availability says: the data of its events, the answers of its RPC methods."""
