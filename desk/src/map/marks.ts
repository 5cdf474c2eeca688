/** What stands on a map, as elements: incidents by shape and colour, homes, fixes of devices, places with their devices. */
import type { Severity } from "@/api/shapes";
import { SEVERITY_SHAPES } from "@/incident/severity_shapes";

import { countOf, type Health } from "./device_health";

const SVG = "http://www.w3.org/2000/svg";
const RING = 2 * Math.PI * 11;

function svg(name: string, attributes: Record<string, string | number>, children: Element[] = []): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}
function box(className: string, children: (Element | string)[]): HTMLElement {
  const element = document.createElement("span");
  element.className = className;
  element.append(...children);
  return element;
}

export interface IncidentFace {
  severity: Severity;
  untaken: boolean;
  selected: boolean;
  /** Said beside it while it is selected. */
  name: string;
}

/** Filled while nobody has it, an outline once somebody has; the gravest untaken ones breathe, once a second. */
export function incidentMark({ severity, untaken, selected, name }: IncidentFace): HTMLElement {
  const shape = svg("svg", { viewBox: "-3 -3 26 26", width: 26, height: 26 }, [svg("path", { d: SEVERITY_SHAPES[severity] })]);
  const state = `${untaken ? "untaken" : "taken"}${selected ? " selected" : ""}`;
  return box(`map-incident ${severity} ${state}`, selected ? [shape, box("map-label", [name])] : [shape]);
}

export function homeMark(): HTMLElement {
  const house = svg("path", { d: "M10 1 0 10h3v9h5v-6h4v6h5v-9h3z" });
  return box("map-home", [svg("svg", { viewBox: "-3 -3 26 26", width: 28, height: 28 }, [house])]);
}

/** Where a device was: a dot for a point; an area has its circle and no middle that one could take for a house. */
export function fixMark(): HTMLElement {
  const dot = [svg("circle", { cx: 10, cy: 10, r: 9, class: "halo" }), svg("circle", { cx: 10, cy: 10, r: 5 })];
  return box("map-fix", [svg("svg", { viewBox: "-1 -1 22 22", width: 22, height: 22 }, dot)]);
}

/** A point that is being chosen. */
export function chosenMark(): HTMLElement {
  const pin = svg("path", { d: "M10 0a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 4.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6z" });
  return box("map-chosen", [svg("svg", { viewBox: "-2 -2 24 24", width: 34, height: 34 }, [pin])]);
}

export interface PlaceFace {
  name: string;
  health: Health;
  /** In words, below the name: 设备 18，离线 2. */
  about: string;
  selected: boolean;
  named: boolean;
}

/** A place: a ring of its devices, grey for those that are well, dark for the others; its name where there is room. */
export function placeMark({ name, health, about, selected, named }: PlaceFace): HTMLElement {
  const count = countOf(health);
  const troubled = count === 0 ? 0 : (RING * (health.faulty + health.offline)) / count;
  const ring = (className: string, dashes: string) =>
    svg("circle", { cx: 14, cy: 14, r: 11, class: className, "stroke-dasharray": dashes, transform: "rotate(-90 14 14)" });
  const parts = [ring("all", "none"), ...(troubled > 0 ? [ring("troubled", `${troubled} ${RING}`)] : [])];
  const dial = svg("svg", { viewBox: "0 0 28 28", width: 28, height: 28 }, parts);
  const label = box("map-place-name", [box("name", [name]), ...(about === "" ? [] : [box("about", [about])])]);
  return box(["map-place", selected ? "selected" : "", named ? "named" : "", count === 0 ? "bare" : ""].filter((part) => part !== "").join(" "), [dial, label]);
}
