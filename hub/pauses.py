"""Python's cycle collector stops everything; how often it looks at all objects is decided here.

A full collection takes 0.08 s of processor in the web role and 0.2 s in ingest with 10,000 connections, and a press
waits for it. By default it comes again and again while modules load, or connections grow.
"""

import gc

#: While modules load: what they make stays, and looking at it again and again costs a tenth of a start.
_LOADING = (20_000, 10, 10)
#: Python's own thresholds of the young generations, and 200 instead of 10 collections of the middle one: all objects
#: are looked at after about 1.4 million more than were given back.
_WORKING = (700, 10, 200)


def shorten_loading() -> None:
    """Look at young objects seldom, until `lengthen_pauses`."""
    gc.set_threshold(*_LOADING)


def lengthen_pauses() -> None:
    """Set what is imported and built aside for good, and look at all other objects seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_WORKING)
