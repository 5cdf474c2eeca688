/**
 * How a map is drawn: the one place that knows Leaflet, loaded only when there is a map to see.
 *
 * It is handed WGS-84 (or a fix with its own datum) and converts once, here, to what the tiles are drawn in. Marks are
 * for the mouse; whatever they lead to stands in a list beside the map for the keyboard and the ear.
 */
import * as L from "leaflet";
import "leaflet/dist/leaflet.css";

import type { MapBase } from "@/api/shapes";

import { convert, type Datum, type Point } from "./datum";
import { spreadOut } from "./spreading";
import "./map.css";

/** Something that stands on the map. `face` changes when it looks different: only then is it drawn again. */
export interface Mark {
  id: string;
  at: Point;
  datum?: Datum;
  face: string;
  draw: () => HTMLElement;
  /** Moved aside where it would lie upon others of its kind; so many places around their middle stay free. */
  spread?: number;
  /** Above the others. */
  raised?: boolean;
  /** A circle around it, in metres. */
  radius_m?: number | null;
  choose?: () => void;
}

export interface MapWords {
  zoomIn: string;
  zoomOut: string;
}

export interface MapWishes {
  words: MapWords;
  /** Whether the wheel zooms: not where the page around it scrolls. */
  wheel: boolean;
  /** Called with a point, WGS-84, when the ground is clicked. */
  pick?: (point: Point) => void;
  /** Where the mouse is, WGS-84; null when it has left. */
  point?: (point: Point | null) => void;
  /** The tiles' server does not answer, or does again. */
  tiles?: (reachable: boolean) => void;
}

interface Drawn {
  mark: Mark;
  face: string;
  marker: L.Marker;
  circle: L.Circle | null;
}

/** Nothing is closer than a house. */
const CLOSEST = 19;
const WITHOUT_ANY_CENTER: [L.LatLngExpression, number] = [[35, 105], 4];
const FIRST_ZOOM = 12;
/** Farther away a place has its name alone. */
const WORDS_FROM = 12;

export class DeskMap {
  private readonly map: L.Map;
  private readonly drawn = new Map<string, Drawn>();
  /** A view that was wished for before there was room for it. */
  private waiting: (() => void) | null = null;

  constructor(
    element: HTMLElement,
    private readonly base: MapBase,
    wishes: MapWishes,
  ) {
    const still = globalThis.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map = L.map(element, {
      zoomControl: false,
      attributionControl: false,
      scrollWheelZoom: wishes.wheel,
      zoomAnimation: !still,
      fadeAnimation: false,
      markerZoomAnimation: !still,
      inertia: !still,
      minZoom: 3,
      maxZoom: base.source === "none" ? CLOSEST : Math.min(CLOSEST, base.max_zoom + 2),
    });
    L.control.zoom({ position: "topleft", zoomInTitle: wishes.words.zoomIn, zoomOutTitle: wishes.words.zoomOut }).addTo(this.map);
    L.control.scale({ imperial: false, position: "bottomleft" }).addTo(this.map);
    const attribution = plainText(base.attribution);
    if (attribution !== "") L.control.attribution({ prefix: false }).addAttribution(attribution).addTo(this.map);
    this.layTiles(wishes);
    this.beginSomewhere();
    this.map.on("zoomend", () => this.settle());
    this.settle();
    this.map.getPane("markerPane")?.setAttribute("aria-hidden", "true");
    const { pick, point } = wishes;
    if (pick !== undefined) this.map.on("click", ({ latlng }) => pick(this.fromMap(latlng)));
    if (point !== undefined) {
      this.map.on("mousemove", ({ latlng }) => point(this.fromMap(latlng)));
      this.map.on("mouseout", () => point(null));
    }
  }

  /** Show these marks and no others. */
  show(marks: readonly Mark[]): void {
    const wanted = new Set(marks.map((mark) => mark.id));
    for (const [id, { marker, circle }] of this.drawn) {
      if (wanted.has(id)) continue;
      marker.remove();
      circle?.remove();
      this.drawn.delete(id);
    }
    for (const mark of marks) this.put(mark);
    this.spread();
  }

  /** Move so that all these are in sight, without a look closer than `closest`. */
  fit(points: readonly Point[], closest = 15, datum: Datum = "wgs84"): void {
    if (points.length === 0) return;
    const bounds = L.latLngBounds(points.map((one) => this.onMap(one, datum)));
    this.frame(() => this.map.fitBounds(bounds.pad(0.12), { maxZoom: Math.min(closest, this.map.getMaxZoom()), animate: false }));
  }

  /** Move so that a circle is in sight. */
  fitAround(point: Point, radius_m: number, datum: Datum = "wgs84"): void {
    const bounds = this.onMap(point, datum).toBounds(Math.max(300, radius_m * 2.6));
    this.frame(() => this.map.fitBounds(bounds, { animate: false }));
  }

  /** Bring a point into sight, no farther than needed. */
  reach(point: Point): void {
    this.map.panInside(this.onMap(point, "wgs84"), { padding: [60, 60] });
  }

  resize(): void {
    this.map.invalidateSize({ pan: false });
    if (this.hasSize()) this.waiting?.();
  }

  /** In a dialog that is opening there is no room yet: then once there is. */
  private frame(move: () => void): void {
    this.waiting = this.hasSize() ? null : () => this.frame(move);
    if (this.waiting !== null) return;
    this.map.invalidateSize({ pan: false });
    move();
  }

  private hasSize(): boolean {
    const { clientWidth, clientHeight } = this.map.getContainer();
    return clientWidth > 0 && clientHeight > 0;
  }

  close(): void {
    this.map.remove();
  }

  private put(mark: Mark): void {
    const at = this.onMap(mark.at, mark.datum ?? "wgs84");
    const known = this.drawn.get(mark.id);
    const face = `${mark.face}|${mark.radius_m ?? ""}`;
    if (known !== undefined) {
      known.marker.setLatLng(at);
      known.circle?.setLatLng(at);
      known.mark = mark;
      if (known.face === face) return;
      known.marker.remove();
      known.circle?.remove();
    }
    const marker = L.marker(at, {
      icon: L.divIcon({ html: mark.draw(), className: "map-mark", iconSize: [0, 0], iconAnchor: [0, 0] }),
      keyboard: false,
      interactive: mark.choose !== undefined,
      zIndexOffset: mark.raised === true ? 1000 : 0,
    });
    if (mark.choose !== undefined) marker.on("click", mark.choose);
    marker.addTo(this.map);
    marker.getElement()?.setAttribute("data-mark", mark.id);
    const circle =
      mark.radius_m === undefined || mark.radius_m === null
        ? null
        : L.circle(at, { radius: mark.radius_m, interactive: false, className: "map-accuracy" }).addTo(this.map);
    this.drawn.set(mark.id, { mark, face, marker, circle });
  }

  /** How near one looks has changed. */
  private settle(): void {
    this.map.getContainer().classList.toggle("map-far", this.map.getZoom() < WORDS_FROM);
    this.spread();
  }

  /** What lies upon each other depends on how near one looks. */
  private spread(): void {
    const crowd = [...this.drawn.values()].filter(({ mark }) => mark.spread !== undefined);
    const spots = crowd.map(({ mark, marker }) => {
      const { x, y } = this.map.project(marker.getLatLng(), this.map.getZoom());
      return { id: mark.id, x, y, free: mark.spread ?? 0 };
    });
    const offsets = spreadOut(spots);
    for (const { mark, marker } of crowd) {
      const { dx, dy } = offsets.get(mark.id) ?? { dx: 0, dy: 0 };
      marker.getElement()?.style.setProperty("--dx", `${dx}px`);
      marker.getElement()?.style.setProperty("--dy", `${dy}px`);
    }
  }

  private layTiles(wishes: MapWishes): void {
    const { tiles, labels, min_zoom, max_zoom, bounds, source } = this.base;
    if (tiles === null) return;
    const options: L.TileLayerOptions = {
      minNativeZoom: min_zoom,
      maxNativeZoom: max_zoom,
      maxZoom: CLOSEST,
      // A key may be bound to the address of the page that shows the map (天地图); the hub's own tiles ask nothing.
      referrerPolicy: source === "server" ? "origin" : false,
      ...(bounds === null ? {} : { bounds: L.latLngBounds([bounds.south, bounds.west], [bounds.north, bounds.east]) }),
    };
    const ground = L.tileLayer(tiles, options);
    ground.on("tileload", () => wishes.tiles?.(true));
    ground.on("tileerror", () => wishes.tiles?.(false));
    ground.addTo(this.map);
    if (labels !== null) L.tileLayer(labels, options).addTo(this.map);
  }

  private beginSomewhere(): void {
    const { center, bounds } = this.base;
    if (center !== null) this.map.setView(this.onMap(center, "wgs84"), FIRST_ZOOM);
    else if (bounds !== null) this.map.fitBounds(L.latLngBounds([bounds.south, bounds.west], [bounds.north, bounds.east]), { animate: false });
    else this.map.setView(...WITHOUT_ANY_CENTER);
  }

  private onMap(point: Point, datum: Datum): L.LatLng {
    const { lat, lon } = convert(point, datum, this.base.datum);
    return L.latLng(lat, lon);
  }

  private fromMap({ lat, lng }: L.LatLng): Point {
    return convert({ lat, lon: lng }, this.base.datum, "wgs84");
  }
}

/** Files carry links in their attribution, and Leaflet would take it for HTML. */
function plainText(html: string): string {
  const text = new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
