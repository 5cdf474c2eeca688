"""Judging recorded traffic: the live adapters and the live core, in recorded time, without a database."""
