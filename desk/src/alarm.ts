/**
 * Wakes the operator: the loop of the sounder, chimes, the title of the tab, the browser's notification.
 *
 * Set up once by the app, so that no page change can silence it. It follows the stores and decides nothing itself; the
 * choice of the tone is `audio/alarm_choice.ts`. It asks for incidents, never for rows: what is folded sounds too.
 */
import { computed, watch, watchEffect } from "vue";
import { useI18n } from "vue-i18n";

import type { Incident } from "@/api/shapes";
import { chooseTone } from "@/audio/alarm_choice";
import { isNight } from "@/audio/night";
import { sounder } from "@/audio/sounder";
import { useWords } from "@/incident/words";
import { useClock } from "@/stores/clock";
import { useIncidents } from "@/stores/incidents";
import { useLink } from "@/stores/link";
import { useManning } from "@/stores/manning";
import { useSession } from "@/stores/session";
import { useShift } from "@/stores/shift";
import { useSight } from "@/stores/sight";

export function useAlarm(): void {
  const { t } = useI18n();
  const { word } = useWords();
  const clock = useClock();
  const incidents = useIncidents();
  const link = useLink();
  const manning = useManning();
  const session = useSession();
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
  /** Again when the browser lets it sound: what was wanted meanwhile must be heard then. */
  const voiced = computed(() => (manning.voice ? tone.value : null));
  watch([voiced, sounder.state], ([wanted]) => sounder.keepSounding(wanted), { immediate: true });
  watchEffect(() => {
    const desk = document.documentElement.dataset;
    desk["sound"] = sounder.looping.value ?? "silent";
    desk["audio"] = sounder.state.value;
    desk["voice"] = manning.voice ? "here" : "elsewhere";
    desk["manned"] = manning.said ? "said" : "unsaid";
    desk["link"] = link.live ? "live" : "lost";
    desk["sight"] = sight.blindness === null ? "seeing" : "blind";
  });

  watch(
    () => incidents.untaken,
    (now, before) => {
      const seen = new Set(before.map((incident) => incident.id));
      const newcomers = now.filter((incident) => !seen.has(incident.id));
      if (newcomers.length > 0) announce(newcomers);
    },
  );

  /** New incidents end a hush; low ones chime once, but not at night; a hidden page asks the browser to say it. */
  function announce(newcomers: Incident[]): void {
    if (!shift.onDuty) return;
    shift.unhush();
    if (!manning.voice) return; // another tab of this browser says it
    const night = isNight(clock.now_ms, session.me?.hub.timezone);
    if (!night && newcomers.some((incident) => incident.severity === "low")) chimeLow();
    if (document.hidden && shift.notifications === "ready") notify(newcomers);
  }

  /** Said on the page as well, for whoever tests it: a chime leaves no trace. */
  function chimeLow(): void {
    sounder.chime("low");
    const desk = document.documentElement.dataset;
    desk["chimes"] = String(Number(desk["chimes"] ?? 0) + 1);
  }

  /** No name here: a desktop notification is read by whoever walks past. A flood is one notification, not three hundred. */
  function notify(newcomers: Incident[]): void {
    const [first] = newcomers;
    if (first === undefined) return;
    const alone = newcomers.length === 1;
    const title = alone ? `${word("severity", first.severity)} · ${word("kind", first.kind)}` : t("app.title_untaken", { count: incidents.untaken.length });
    const body = alone ? t("incident.code", { code: first.code }) : "";
    const shown = new Notification(title, { tag: alone ? first.id : "flood", requireInteraction: true, body });
    shown.addEventListener("click", () => {
      globalThis.focus();
      incidents.select(first.id);
      shown.close();
    });
  }

  const flash = computed(() => Math.floor(clock.now_ms / 1000) % 2 === 0);
  watchEffect(() => {
    const count = shift.onDuty ? incidents.untaken.length : 0;
    document.title = count > 0 && flash.value ? t("app.title_untaken", { count }) : t("app.title");
  });
}
