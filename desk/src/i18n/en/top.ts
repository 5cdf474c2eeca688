export default {
  link_live: "Live",
  blind: "Blind",
  link_lost: "Link lost",
  sound_on: "Sound on",
  sound_off: "Sound off",
  settings: "Settings",
  log_out: "Log out",
  end_shift: "End shift",
  hub_time: "Hub time",
  hub_version: "Hub version",
  desk_phone: "Desk phone",
};
