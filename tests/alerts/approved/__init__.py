"""What the core says, word for word, as it was read and approved: what rules find, and what commands do.

`python -m tests.alerts.approved` writes it anew; read the difference before it is committed. A test compares.
"""
