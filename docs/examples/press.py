"""One press of an emergency button with paho-mqtt 2: press.py HOST PORT DEVICE_ID SECRET.

The same event id is sent again and again until down/ack says `received` or `refused`. A real device uses TLS, keeps the
id until then, and goes on listening: only `responding` means that help is coming.
"""

# ruff: noqa: D103, INP001, S311, T201, TID251 - it runs outside of the hub, on a device: nothing of the hub's rules is there

import itertools
import json
import random
import sys
import threading
import uuid
from datetime import UTC, datetime

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

HOST, PORT, DEVICE_ID, SECRET = sys.argv[1:]
PREFIX = f"anxin/v1/{DEVICE_ID}"

answered = threading.Event()
event = {
    "id": str(uuid.uuid4()),
    "event": "sos_pressed",
    "occurred_at": datetime.now(UTC).isoformat(),
    "ack": True,
}


def on_connect(client: mqtt.Client, *_: object) -> None:
    client.subscribe(f"{PREFIX}/down/#", qos=1)


def on_message(_client: mqtt.Client, _userdata: object, message: mqtt.MQTTMessage) -> None:
    print(message.topic, message.payload.decode(), flush=True)
    if message.topic == f"{PREFIX}/down/ack":
        told = json.loads(message.payload)
        if told["ref"] == event["id"] and told["stage"] in {"received", "refused"}:
            answered.set()


# The same client id each time, and a session that lasts: what the hub says while we are away waits for us.
client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=DEVICE_ID, clean_session=False)
client.username_pw_set(DEVICE_ID, SECRET)
client.will_set(f"{PREFIX}/up/status", json.dumps({"online": False}), qos=1, retain=True)
client.reconnect_delay_set(min_delay=1, max_delay=30)
client.on_connect, client.on_message = on_connect, on_message
client.connect_async(HOST, int(PORT), keepalive=60)
client.loop_start()  # connects, and connects again

# PUBACK may take minutes while the hub's database is away: repeat, more and more slowly; do not reboot.
for pause_s in itertools.chain((1, 5, 10, 20, 40), itertools.repeat(60)):
    if client.is_connected():
        client.publish(f"{PREFIX}/up/event", json.dumps(event), qos=1)
    if answered.wait(pause_s + random.random()):  # not all devices of a county at the same moment
        break
client.disconnect()
client.loop_stop()
