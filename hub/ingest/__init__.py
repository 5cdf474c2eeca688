"""Taking in: messages of devices, one transaction with all that follows, then the acknowledgement.

`source.py` is the port of the ways in, `front_door/` the hub's own MQTT endpoint, `pipeline.py` the two lanes;
`event_intake.py` and `telemetry_intake.py` say what one transaction does, `owner.py` who may do it.
"""
