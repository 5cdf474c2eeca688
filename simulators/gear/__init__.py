"""What devices make of a life: each kind with its own rhythm, fields, noise and battery. Pure but for its own memory.

An instrument is looked at with a moment of a life, in the order of time, and says what it would send.
"""
