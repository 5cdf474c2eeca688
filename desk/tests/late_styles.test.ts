/** A sheet that comes with a page stays for the rest of the shift: its classes are named after it, and so nobody else's. */
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

const SOURCES = join(import.meta.dirname, "..", "src");
const sources = readdirSync(SOURCES, { recursive: true, encoding: "utf-8" }).filter((name) => /\.(ts|vue)$/.test(name) && name !== "main.ts");

/** The desk's own sheets that are loaded with something else than the desk itself. */
const sheets = new Set(
  sources.flatMap((name) => {
    const imports = [...readFileSync(join(SOURCES, name), "utf-8").matchAll(/^import "((?:@|\.)\S+\.css)";/gm)];
    return imports.map(([, path = ""]) => (path.startsWith("@/") ? join(SOURCES, path.slice(2)) : join(SOURCES, dirname(name), path)));
  }),
);

/** The first class of each selector, after the page's own `html.dark`; what stands in parentheses only narrows it. */
function firstClasses(sheet: string): string[] {
  const bare = readFileSync(sheet, "utf-8").replaceAll(/\/\*.*?\*\/|\([^)]*\)|html\.dark/gs, "");
  const rules = bare.matchAll(/([^{}]+)\{/g);
  return [...rules].flatMap(([, selectors = ""]) => selectors.split(",")).flatMap((selector) => /\.([\w-]+)/.exec(selector)?.[1] ?? []);
}

describe("a sheet that comes later", () => {
  it("is found", () => {
    expect([...sheets].map((sheet) => basename(sheet)).sort()).toEqual(["detail.css", "map.css", "queue_card.css"]);
  });

  it("names its classes after itself, or after the library it dresses", () => {
    for (const sheet of sheets) {
      const own = basename(sheet, ".css").replaceAll("_", "-");
      const others = firstClasses(sheet).filter((name) => !name.startsWith(own) && !name.startsWith("leaflet-"));
      expect(others, sheet).toEqual([]);
    }
  });
});
