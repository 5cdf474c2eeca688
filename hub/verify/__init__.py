"""Verification: what was acknowledged, counted, stored, judged and owed agrees - or each difference has its reason.

Every comparison is a pure function from rows to a `Look`; `verification` reads the rows in one picture of the database.
"""
