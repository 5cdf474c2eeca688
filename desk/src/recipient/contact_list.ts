/** The list on paper by village, with who is called for each place: the village's own, then those of the places above. */
import type { ContactList, PrintedPerson } from "@/api/shapes";
import { prefixOf } from "@/division/tree";

type Helper = ContactList["helpers"][number];

export interface VillageList {
  id: string;
  name: string;
  people: PrintedPerson[];
  helpers: Helper[];
}

export function byVillage(list: ContactList): VillageList[] {
  const villages: VillageList[] = [];
  for (const person of list.people) {
    let last = villages.at(-1);
    if (last?.id !== person.division_id) {
      last = { id: person.division_id, name: person.division_name, people: [], helpers: helpersOf(list.helpers, person.division_id) };
      villages.push(last);
    }
    last.people.push(person);
  }
  return villages;
}

/** The nearest first: whoever is in the village is at the door before the township is. */
function helpersOf(helpers: readonly Helper[], division_id: string): Helper[] {
  return helpers
    .filter((helper) => division_id.startsWith(prefixOf(helper.division_id)))
    .sort((one, other) => prefixOf(other.division_id).length - prefixOf(one.division_id).length);
}
