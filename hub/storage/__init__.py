"""Everything that knows psycopg: migrations, named queries, and the carrying out of the core's decisions.

One module a noun (`incidents.py`, `readings.py`, ...), its SQL beside it in `queries/<noun>.sql`. Functions take an
open connection and never commit: the caller owns the transaction.
"""
