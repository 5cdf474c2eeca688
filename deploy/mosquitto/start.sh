#!/bin/sh
# Makes the password file from the environment, then becomes the broker. No password, no broker.
set -eu
: "${ANXIN_BROKER_HUB_PASSWORD:?Set ANXIN_BROKER_HUB_PASSWORD in .env.}"
: "${ANXIN_BROKER_DEVICES_PASSWORD:?Set ANXIN_BROKER_DEVICES_PASSWORD in .env.}"
passwords="${ANXIN_BROKER_DATA:-/mosquitto/data}/passwords"
config="${ANXIN_BROKER_CONFIG:-/etc/anxin/mosquitto.conf}"

umask 077
mosquitto_passwd -c -b "$passwords" hub "$ANXIN_BROKER_HUB_PASSWORD"
mosquitto_passwd -b "$passwords" devices "$ANXIN_BROKER_DEVICES_PASSWORD"
# The broker drops its rights when it was started as root.
if [ "$(id -u)" = 0 ]; then
    chown -R mosquitto:mosquitto "$(dirname "$passwords")"
fi
unset ANXIN_BROKER_HUB_PASSWORD ANXIN_BROKER_DEVICES_PASSWORD
exec mosquitto -c "$config"
