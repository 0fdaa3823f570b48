"""How PostgreSQL is reached: nobody waits for minutes on a server that has gone without a word.

A server that ends says so. A machine, a network or a firewall's memory that is lost does not: what was sent is then
repeated for a quarter of an hour, and who waits for an answer waits for hours, if the system is left to itself.
"""

BOUNDED = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,  # ms until what was sent must have arrived
    "keepalives_idle": 10,  # seconds of silence; then two questions whether anybody is there
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
