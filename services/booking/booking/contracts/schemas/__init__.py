"""The shape of everything that booking says: the data of its events, the answers of its RPC methods."""
