/**
 * What was measured around an incident, as lines of a chart: which span is shown, which lines there are, where they break.
 *
 * A line is one measure of one device. It breaks where nothing was measured for a while: a bridge over the gap would say
 * that all was well meanwhile, and nobody knows.
 */
import type { Incident, SeriesPoint } from "@/api/shapes";

/** In the order in which they are shown, one below the other. */
export const TREND_MEASURES = ["heart_rate_bpm", "spo2_pct", "respiration_rate_bpm"] as const;
export type TrendMeasure = (typeof TREND_MEASURES)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** What is looked at before the event, so that the usual can be told from the unusual. */
const SPAN_MS = 6 * HOUR_MS;
/** What is shown after a closed incident, and before the event of one that has been open for long. */
const MARGIN_MS = HOUR_MS;
/** An incident that was forgotten for days does not ask for days of minutes. */
const SPAN_MAX_MS = 24 * HOUR_MS;
/** Watches measure every few minutes: after this much silence a line is broken. */
const GAP_MS = 16 * MINUTE_MS;

export interface Span {
  from_ms: number;
  to_ms: number;
  /** What is marked; null: a day of somebody's, without an event. */
  event_ms: number | null;
}

/** One minute: average, least and greatest; null where the line breaks. */
export interface TrendPoint {
  at_ms: number;
  avg: number | null;
  min: number | null;
  max: number | null;
}

export interface TrendLine {
  measure: TrendMeasure;
  device_id: string;
  points: TrendPoint[];
}

/** Six hours up to now, with the event in them; of a closed one up to an hour after it was closed. Whole minutes. */
export function spanOf(incident: Incident, now_ms: number): Span & { event_ms: number } {
  const occurred = incident.alerts.map((alert) => Date.parse(alert.occurred_at)).filter((at) => !Number.isNaN(at));
  const opened_ms = Date.parse(incident.opened_at);
  const event_ms = occurred.length === 0 ? opened_ms : Math.min(opened_ms, ...occurred);
  const watched_until_ms = incident.closed_at === null ? now_ms : Math.min(now_ms, Date.parse(incident.closed_at) + MARGIN_MS);
  const end_ms = Math.max(watched_until_ms, event_ms);
  const begin_ms = Math.max(Math.min(end_ms - SPAN_MS, event_ms - MARGIN_MS), end_ms - SPAN_MAX_MS);
  return { from_ms: Math.floor(begin_ms / MINUTE_MS) * MINUTE_MS, to_ms: Math.ceil(end_ms / MINUTE_MS) * MINUTE_MS, event_ms };
}

/** The lines of these buckets, by measure, then by device; measures that nobody took have none. */
export function linesOf(points: SeriesPoint[]): TrendLine[] {
  const lines: TrendLine[] = [];
  for (const measure of TREND_MEASURES) {
    const measured = points.filter((point) => point.measures[measure] !== undefined);
    for (const device_id of new Set(measured.map((point) => point.device_id))) {
      const mine = measured.filter((point) => point.device_id === device_id);
      lines.push({ measure, device_id, points: broken(mine, measure) });
    }
  }
  return lines;
}

function broken(measured: SeriesPoint[], measure: TrendMeasure): TrendPoint[] {
  const line: TrendPoint[] = [];
  for (const point of measured) {
    const summary = point.measures[measure];
    if (summary === undefined) continue;
    const at_ms = Date.parse(point.bucket);
    const before = line.at(-1);
    if (before !== undefined && at_ms - before.at_ms > GAP_MS) {
      line.push({ at_ms: before.at_ms + MINUTE_MS, avg: null, min: null, max: null });
    }
    line.push({ at_ms, avg: summary.avg, min: summary.min, max: summary.max });
  }
  return line;
}

/** Least and greatest of a measure over all its lines: what a chart says to who cannot see it. */
export function rangeOf(lines: TrendLine[], measure: TrendMeasure): { min: number; max: number } | null {
  const points = lines.filter((line) => line.measure === measure).flatMap((line) => line.points);
  const least = points.map((point) => point.min).filter((value) => value !== null);
  const greatest = points.map((point) => point.max).filter((value) => value !== null);
  return least.length === 0 ? null : { min: Math.min(...least), max: Math.max(...greatest) };
}
