"""The duty desk in a browser, against a hub of its own that speaks the same contract."""
