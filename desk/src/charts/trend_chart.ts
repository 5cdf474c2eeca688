/**
 * How a trend is drawn: the one place that knows the chart library, of which only what is used here is bundled.
 *
 * The tooltip is drawn into the canvas (`richText`): an HTML one needs inline styles, which the desk's content security
 * policy forbids. Colours are the page's own, read when drawing, so that light and dark need no list here.
 */
import { LineChart, type LineSeriesOption } from "echarts/charts";
import {
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  type GridComponentOption,
  type MarkLineComponentOption,
  type TooltipComponentOption,
} from "echarts/components";
import { init, use, type ComposeOption, type EChartsType } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

import { rangeOf, type Span, type TrendLine, type TrendMeasure, type TrendPoint } from "@/incident/trend";

use([LineChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

type Option = ComposeOption<LineSeriesOption | GridComponentOption | TooltipComponentOption | MarkLineComponentOption>;

/** What the reader's language says. */
export interface TrendWords {
  event: string;
  measure: (measure: TrendMeasure) => string;
  value: (measure: TrendMeasure, value: number) => string;
  device: (id: string) => string;
  time: (at_ms: number) => string;
}

export interface Trend {
  lines: TrendLine[];
  span: Span;
  measures: TrendMeasure[];
  words: TrendWords;
}

/** A chart on an element of the page, until it is closed. */
export interface TrendChart {
  show: (trend: Trend) => void;
  resize: () => void;
  close: () => void;
}

/** Pixels: one field a measure, its name above it, the times below the last one. */
const FIELD = 52;
const FIELD_STEP = 78;
const FIRST_FIELD_TOP = 32;
const SIDE = 40;
/** What an axis counts by: a chart that shows every beat of difference makes a storm of a calm night. */
const STEPS: Record<TrendMeasure, number> = { heart_rate_bpm: 20, spo2_pct: 5, respiration_rate_bpm: 5 };
const LABELS_MAX = 3;

export function drawTrend(element: HTMLElement): TrendChart {
  const chart: EChartsType = init(element, undefined, { renderer: "canvas" });
  return {
    show: (trend) => chart.setOption(optionOf(trend, coloursOf(element)), { notMerge: true }),
    resize: () => chart.resize(),
    close: () => chart.dispose(),
  };
}

interface Colours {
  ink: string;
  faint: string;
  line: string;
  ground: string;
  event: string;
  measures: string[];
}

function coloursOf(element: HTMLElement): Colours {
  const page = getComputedStyle(element);
  const colour = (name: string) => page.getPropertyValue(name).trim();
  return {
    ink: colour("--ink"),
    faint: colour("--ink-2"),
    line: colour("--line"),
    ground: colour("--surface"),
    event: colour("--critical"),
    measures: [colour("--brand-ink"), colour("--low"), colour("--good")],
  };
}

function optionOf({ lines, span, measures, words }: Trend, colours: Colours): Option {
  const text = { color: colours.faint, fontSize: 12, fontFamily: "inherit" };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: measures.map((_, row) => ({ left: SIDE, right: SIDE, top: FIRST_FIELD_TOP + row * FIELD_STEP, height: FIELD })),
    xAxis: measures.map((_, row) => ({
      type: "time",
      gridIndex: row,
      min: span.from_ms,
      max: span.to_ms,
      splitNumber: 6,
      axisLabel: { ...text, show: row === measures.length - 1, hideOverlap: true, formatter: words.time },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisPointer: { label: { show: false } },
    })),
    yAxis: measures.map((measure, row) => ({
      type: "value",
      gridIndex: row,
      name: words.measure(measure),
      nameTextStyle: { ...text, color: colours.ink, align: "left", padding: [0, 0, 0, 8 - SIDE] },
      nameGap: 8,
      ...axisOf(measure, lines),
      axisLabel: { ...text, hideOverlap: true },
      splitLine: { lineStyle: { color: colours.line } },
    })),
    axisPointer: { link: [{ xAxisIndex: "all" }] },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.ground,
      borderColor: colours.line,
      textStyle: { color: colours.ink, fontSize: 12 },
      axisPointer: { type: "line", lineStyle: { color: colours.faint } },
      formatter: (shown) => describe(Array.isArray(shown) ? shown : [shown], lines, words),
    },
    series: lines.map((line) => seriesOf(line, measures.indexOf(line.measure), lines, span, words, colours)),
  };
}

/** Round bounds that hold every value, and few enough labels to read. */
function axisOf(measure: TrendMeasure, lines: TrendLine[]): { min: number; max: number; interval: number } {
  const step = STEPS[measure];
  const range = rangeOf(lines, measure) ?? { min: 0, max: step };
  const min = Math.floor(range.min / step) * step;
  const steps = Math.max(1, Math.ceil((range.max - min) / step));
  const interval = step * Math.ceil(steps / LABELS_MAX);
  return { min, max: min + interval * Math.ceil((steps * step) / interval), interval };
}

function seriesOf(line: TrendLine, row: number, lines: TrendLine[], span: Span, words: TrendWords, colours: Colours): LineSeriesOption {
  const sameMeasure = lines.filter((other) => other.measure === line.measure);
  return {
    type: "line",
    id: `${line.measure}/${line.device_id}`,
    xAxisIndex: row,
    yAxisIndex: row,
    data: line.points.map((point) => [point.at_ms, point.avg]),
    connectNulls: false,
    // a single value between two gaps would be no line at all
    showSymbol: true,
    symbol: "circle",
    symbolSize: (_value: unknown, params: { dataIndex: number }) => (isAlone(line.points, params.dataIndex) ? 4 : 0),
    itemStyle: { color: colours.measures[row] ?? colours.ink },
    lineStyle: {
      width: 1.5,
      color: colours.measures[row] ?? colours.ink,
      type: sameMeasure.indexOf(line) === 0 ? "solid" : "dashed",
    },
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      data: sameMeasure[0] === line && span.event_ms !== null ? [{ xAxis: span.event_ms }] : [],
      lineStyle: { color: colours.event, type: "solid", width: 1.5 },
      label: { show: row === 0, formatter: words.event, color: colours.event, fontSize: 12, position: "end", distance: 4 },
    },
  };
}

function isAlone(points: TrendPoint[], place: number): boolean {
  const has = (index: number) => (points[index]?.avg ?? null) !== null;
  return has(place) && !has(place - 1) && !has(place + 1);
}

/** The minute under the pointer: time, then a line each with its average and how far it went. */
function describe(shown: { seriesIndex?: number; dataIndex: number }[], lines: TrendLine[], words: TrendWords): string {
  const told: string[] = [];
  let time: string | null = null;
  for (const one of shown) {
    const line = lines[one.seriesIndex ?? -1];
    const point = line?.points[one.dataIndex];
    if (line === undefined || point === undefined || point.avg === null || point.min === null || point.max === null) continue;
    time ??= words.time(point.at_ms);
    const range = Math.round(point.min) === Math.round(point.max) ? "" : ` (${Math.round(point.min)}–${Math.round(point.max)})`;
    told.push(`${words.measure(line.measure)} ${words.value(line.measure, point.avg)}${range} ${words.device(line.device_id)}`.trimEnd());
  }
  return time === null ? "" : [time, ...told].join("\n");
}
