"""Passes deadlines: the loop that takes each timer within a second of its being due."""
