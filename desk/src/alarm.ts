/**
 * Wakes the operator: the loop of the sounder, chimes, the title of the tab, the browser's notification.
 *
 * Set up once by the app, so that no page change can silence it. It follows the stores and decides nothing itself; the
 * choice of the tone is `audio/alarm_choice.ts`.
 */
import { computed, watch, watchEffect } from "vue";
import { useI18n } from "vue-i18n";

import type { Incident } from "@/api/shapes";
import { chooseTone } from "@/audio/alarm_choice";
import { sounder } from "@/audio/sounder";
import { useWords } from "@/incident/words";
import { useClock } from "@/stores/clock";
import { useIncidents } from "@/stores/incidents";
import { useLink } from "@/stores/link";
import { useShift } from "@/stores/shift";
import { useSight } from "@/stores/sight";

export function useAlarm(): void {
  const { t } = useI18n();
  const { word } = useWords();
  const clock = useClock();
  const incidents = useIncidents();
  const link = useLink();
  const shift = useShift();
  const sight = useSight();

  const tone = computed(() =>
    shift.onDuty
      ? chooseTone({
          incidents: incidents.queue,
          deafFor_ms: Math.max(link.downFor_ms, sight.blindFor_ms),
          hushed: clock.now_ms < shift.hushedUntil_ms,
        })
      : null,
  );
  watchEffect(() => sounder.keepSounding(tone.value));
  watchEffect(() => {
    const desk = document.documentElement.dataset;
    desk["sound"] = sounder.looping.value ?? "silent";
    desk["audio"] = sounder.state.value;
    desk["link"] = link.live ? "live" : "lost";
    desk["sight"] = sight.blindness === null ? "seeing" : "blind";
  });

  watch(
    () => incidents.untaken,
    (now, before) => {
      const seen = new Set(before.map((incident) => incident.id));
      for (const incident of now) if (!seen.has(incident.id)) announce(incident);
    },
  );

  /** A new incident ends a hush; a low one chimes once; a hidden page asks the browser to say it. */
  function announce(incident: Incident): void {
    if (!shift.onDuty) return;
    shift.unhush();
    if (incident.severity === "low") sounder.chime("low");
    if (document.hidden && shift.notifications === "ready") notify(incident);
  }

  /** No name here: a desktop notification is read by whoever walks past. */
  function notify(incident: Incident): void {
    const title = `${word("severity", incident.severity)} · ${word("kind", incident.kind)}`;
    const shown = new Notification(title, { tag: incident.id, requireInteraction: true, body: t("incident.code", { code: incident.code }) });
    shown.addEventListener("click", () => {
      globalThis.focus();
      incidents.select(incident.id);
      shown.close();
    });
  }

  const flash = computed(() => Math.floor(clock.now_ms / 1000) % 2 === 0);
  watchEffect(() => {
    const count = shift.onDuty ? incidents.untaken.length : 0;
    document.title = count > 0 && flash.value ? t("app.title_untaken", { count }) : t("app.title");
  });
}
