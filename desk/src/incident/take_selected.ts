/**
 * One key takes what is selected - if it was there to be seen: a selection that jumped under the finger is not taken.
 */
import { useI18n } from "vue-i18n";

import { useIncidentActions } from "@/stores/incident_actions";
import { useIncidents } from "@/stores/incidents";
import { useNotices } from "@/stores/notices";
import { useSession } from "@/stores/session";

import { canTake } from "./taking";

export function useTakeSelected(): () => void {
  const { t } = useI18n();
  const actions = useIncidentActions();
  const incidents = useIncidents();
  const notices = useNotices();
  const session = useSession();

  return () => {
    const chosen = incidents.selectedId === null ? undefined : incidents.known.get(incidents.selectedId);
    if (chosen === undefined || !session.mayAct || !canTake(chosen, session.me?.id)) return;
    if (incidents.rested) void actions.take(chosen.id, t);
    else notices.show("done", t("keys.settle"));
  };
}
