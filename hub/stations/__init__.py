"""What happens inside one transaction, without its SQL: the logic of the hub's stations over ports.

`store.py` and its neighbours say what a transaction can read, lock and write; `hub.storage` does it with rows,
`hub.simulation` in memory, and one suite of tests holds both to the same contract (`tests/hub/stations`). Each function
here is a step inside its caller's transaction: it commits nothing and waits for nothing but the store.
"""
