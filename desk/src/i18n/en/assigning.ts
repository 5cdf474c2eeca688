export default {
  assign: "Assign a device",
  none: "No device: only the telephone tells how they are.",
  search: "Serial number, model or telephone number of the device",
  none_found: "No device was found that could be assigned",
  held_by: "{name} has it now",
  give: "Assign",
  take_over: "Take it over",
  take: "Unassign",
  take_what: "Unassign {what}",
  take_means: "What it reports is no longer about this person.",
  take_sure: "Unassign it",
};
