"""Python's cycle collector stops everything; how often it looks at all objects is decided here.

A full collection takes 0.2 s of processor with 10,000 connections, and a press waits for it. By default it comes again
and again while connections grow; from here on it comes after about 1.4 million objects more than were given back.
"""

import gc

#: Python's own thresholds of the young generations, and 200 instead of 10 collections of the middle one.
_THRESHOLDS = (700, 10, 200)


def lengthen_pauses() -> None:
    """Set what is imported and built aside for good, and look at all other objects seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
