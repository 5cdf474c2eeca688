#!/bin/sh
# One press with Mosquitto's clients: press.sh HOST PORT DEVICE_ID SECRET. For trying out; a device does as press.c does.
set -eu
host=$1 port=$2 device=$3 secret=$4
id="press-$(date +%s)-$$"

# The session lasts (-c) and has a fixed client id: what comes down between two commands waits.
mosquitto_sub -h "$host" -p "$port" -u "$device" -P "$secret" -i "$device-listener" -c -q 1 -t "anxin/v1/$device/down/#" -E

# Returns when the hub has answered with PUBACK: the press is on its disk.
mosquitto_pub -h "$host" -p "$port" -u "$device" -P "$secret" -i "$device-presser" -q 1 \
    -t "anxin/v1/$device/up/event" -m "{\"id\": \"$id\", \"event\": \"sos_pressed\", \"ack\": true}"

# The first thing the hub says: {"ref": "...", "stage": "received", ...}
mosquitto_sub -h "$host" -p "$port" -u "$device" -P "$secret" -i "$device-listener" -c -q 1 -t "anxin/v1/$device/down/#" -C 1 -W 30
