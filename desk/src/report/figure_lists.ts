/** The figures of a report that are words and numbers, by part, as its page lists them. */
import { computed, type ComputedRef } from "vue";
import { useI18n } from "vue-i18n";

import type { Report, Share } from "@/api/shapes";
import { useDuration } from "@/incident/times";
import { useWords, type Vocabulary } from "@/incident/words";

import { percent } from "./shares";

export interface FigureGroup {
  title: string;
  figures: { label: string; value: string }[];
}

export function useFigureLists(report: ComputedRef<Report | null>): ComputedRef<FigureGroup[]> {
  const { t } = useI18n();
  const { word } = useWords();
  const duration = useDuration();

  const label = (code: string) => t(`report.${code}`);
  const time = (seconds: number | null) => (seconds === null ? "—" : duration(seconds));
  const of = (share: Share) => (share.of === 0 ? "—" : `${percent(share.share)} (${String(share.hits)}/${String(share.of)})`);
  const mixed = (share: Share) => t("reports.against", { share: percent(share.share), target: percent(share.target) });
  const figure = (code: string, value: string | number) => ({ label: label(code), value: String(value) });
  const counted = (vocabulary: Vocabulary, code: string, count: number) => ({ label: word(vocabulary, code), value: String(count) });

  return computed(() => {
    const now = report.value;
    if (now === null) return [];
    const { answering, responding, escalating, load, endings, texts, maintenance, follow_ups, unmanned } = now;
    return [
      {
        title: label("answering"),
        figures: [
          figure("asked", answering.asked),
          figure("taken_in_180_s", of(answering.taken_in_180_s)),
          figure("reached_median", time(answering.reached.median_s)),
          figure("reached_p90", time(answering.reached.p90_s)),
          figure("reached_max", time(answering.reached.max_s)),
          figure("never_taken", answering.never_taken),
        ],
      },
      {
        title: label("responding"),
        figures: [
          figure("set_out", responding.set_out),
          figure("arrived_in_60_min", of(responding.arrived_in_60_min)),
          figure("arrived_median", time(responding.arrived.median_s)),
          figure("arrived_max", time(responding.arrived.max_s)),
        ],
      },
      {
        title: label("load"),
        figures: [
          figure("incidents", load.incidents),
          figure("presses", load.presses),
          figure("hours_above", load.hours_above),
          ...Object.entries(load.mix).map(([part, share]) => figure(part, mixed(share))),
        ],
      },
      {
        title: label("escalating"),
        figures: [
          figure("past_desk", escalating.past_desk),
          ...Object.entries(escalating.told).map(([target, count]) => counted("target", target, count)),
          figure("timed_out", escalating.timed_out),
          figure("given_back", escalating.given_back),
          figure("reopened", escalating.reopened),
        ],
      },
      {
        title: label("endings"),
        figures: [
          figure("closed", endings.closed),
          figure("real", of(endings.real)),
          figure("open_at_end", endings.open_at_end),
          figure("stale_at_end", endings.stale_at_end),
        ],
      },
      {
        title: label("texts"),
        figures: [figure("owed", texts.owed), ...texts.by_state.map((one) => counted("delivery", one.code, one.count))],
      },
      {
        title: label("maintenance"),
        figures: [
          figure("opened", maintenance.opened),
          figure("ended_in_24_h", of(maintenance.ended_in_24_h)),
          figure("open_at_end", maintenance.open_at_end),
        ],
      },
      {
        title: label("follow_ups"),
        figures: [
          figure("opened", follow_ups.opened),
          figure("ended_in_24_h", of(follow_ups.ended_in_24_h)),
          figure("open_at_end", follow_ups.open_at_end),
        ],
      },
      {
        title: label("unmanned"),
        figures: [figure("unmanned_times", unmanned.times), figure("unmanned_total", time(unmanned.total_s))],
      },
    ];
  });
}
