"""The ways to send a text, behind one port (`port.py`); `addresses.py` opens each from its address in the settings."""
