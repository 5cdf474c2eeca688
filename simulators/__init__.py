"""People, devices and bad networks, as the hub meets them: on the wire.

A simulator speaks MQTT and HTTP and nothing else. It imports no first-party module, so that it proves what the hub does
and not merely that the code agrees with itself.
"""
