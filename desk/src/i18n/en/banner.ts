export default {
  label: "Warnings",
  link_lost: "The link to the hub is down; reconnecting. New calls for help are not shown: mind the desk telephone{phone}.",
  down_for: "down for {clock}",
  blind: "{why}: new calls for help have not been seen since {since}; the hub waits to see again. Mind the desk telephone{phone}, and tell the supervisor.",
  sighted: "The hub sees again. From {since} to {until} ({clock}) no call for help was seen; those made meanwhile are coming in now: check each.",
  read: "Read",
  sound_blocked: "The sound is off: you would not hear a call for help.",
  sound_fix: "Turn the sound on",
  away: "{count} waiting to be taken",
  back: "Back to the desk",
  hushed: "Hushed, sounds again in {seconds} s",
  unhush: "Sound again now",
};
