/**
 * How load over time is drawn: a bar for each hour or day, and the line of what one operator can bear.
 *
 * As in `trend_chart.ts`: only what is used is bundled, the tooltip is drawn into the canvas, colours are the page's own.
 */
import { BarChart, type BarSeriesOption } from "echarts/charts";
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

use([BarChart, GridComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption | MarkLineComponentOption>;

export interface Load {
  slots: { label: string; count: number }[];
  /** Above it an operator has too much; null: no such line. */
  manageable: { at: number; label: string } | null;
}

export interface LoadChart {
  show: (load: Load) => void;
  resize: () => void;
  close: () => void;
}

export function drawLoad(element: HTMLElement): LoadChart {
  const chart: EChartsType = init(element, undefined, { renderer: "canvas" });
  return {
    show: (load) => chart.setOption(optionOf(load, element), { notMerge: true }),
    resize: () => chart.resize(),
    close: () => chart.dispose(),
  };
}

function optionOf({ slots, manageable }: Load, element: HTMLElement): Option {
  const page = getComputedStyle(element);
  const colour = (name: string) => page.getPropertyValue(name).trim();
  const text = { color: colour("--ink-2"), fontSize: 12, fontFamily: "inherit" };
  return {
    animation: false,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: 34, right: 44, top: 14, bottom: 26 },
    xAxis: {
      type: "category",
      data: slots.map((slot) => slot.label),
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: colour("--line-strong") } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      max: ({ max }) => Math.max(max, manageable === null ? 1 : manageable.at + 1),
      axisLabel: text,
      splitLine: { lineStyle: { color: colour("--line") } },
    },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: colour("--surface"),
      borderColor: colour("--line"),
      textStyle: { color: colour("--ink"), fontSize: 12 },
      axisPointer: { type: "shadow" },
    },
    series: [
      {
        type: "bar",
        barMaxWidth: 28,
        data: slots.map((slot) => ({
          value: slot.count,
          itemStyle: { color: colour(manageable !== null && slot.count > manageable.at ? "--high" : "--low") },
        })),
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          data: manageable === null ? [] : [{ yAxis: manageable.at }],
          lineStyle: { color: colour("--ink-2"), type: "dashed", width: 1 },
          label: { formatter: manageable?.label ?? "", color: colour("--ink-2"), fontSize: 12, position: "end" },
        },
      },
    ],
  };
}
