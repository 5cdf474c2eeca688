export default {
  step_away: "Step away",
  title: "Away from the desk",
  handed_on: "The sound has gone to the next on the ladder",
  others: "Somebody sits at {count} other desk(s) and hears the calls",
  unsure: "Not confirmed by the hub yet; this desk still sounds",
  local: "This desk still sounds, for whoever passes by. New calls are listed below.",
  for: "Away for {clock}",
  back: "I am back",
  long: "Away for more than 15 minutes: please come back to the desk.",
  untaken: "{count} waiting",
  none: "Nothing is waiting",
  more: "{count} more",
};
