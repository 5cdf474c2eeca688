/** What is shown before the rest of the texts is there has its own: every part that the log-in, the gate and the queue bring along. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { describe, expect, it } from "vitest";

import enFirst from "@/i18n/en_first";
import zhFirst from "@/i18n/zh_first";

const SOURCES = join(import.meta.dirname, "..", "src");
const BEGINNINGS = ["main.ts", "pages/LoginPage.vue", "pages/ShiftGatePage.vue", "pages/DeskPage.vue", "pages/QueuePage.vue"];

/** The file an import names, when it is one of the desk's own. */
function resolve(from: string, named: string): string | null {
  if (!named.startsWith("@/") && !named.startsWith(".")) return null;
  const path = named.startsWith("@/") ? join(SOURCES, named.slice(2)) : join(dirname(from), named);
  return [path, `${path}.ts`, join(path, "index.ts")].find((one) => /\.(ts|vue)$/.test(one) && existsSync(one)) ?? null;
}

/** Everything that comes along with these files; what is loaded later (`import(…)`) does not. */
function comeAlong(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  const imports = readFileSync(path, "utf-8").matchAll(/^(?:import|export)\b(?! type)[^;]*?from "([^"]+)"/gm);
  for (const [, named = ""] of imports) {
    const file = resolve(path, named);
    if (file !== null) comeAlong(file, found);
  }
  return found;
}

const files = [...BEGINNINGS.reduce((found, name) => comeAlong(join(SOURCES, name), found), new Set<string>())];
const said = new Set(
  files.flatMap((file) => [...readFileSync(file, "utf-8").matchAll(/(?:\bte?\(\s*["`]|keypath=")([a-z_]+)\./g)].map((match) => match[1] ?? "")),
);

describe("the first texts", () => {
  it("are looked for where the desk begins", () => {
    expect(files.some((file) => file.endsWith("TopBar.vue"))).toBe(true);
    expect(files.some((file) => file.endsWith("IncidentPanel.vue"))).toBe(false);
    expect(said).toContain("queue");
  });

  it.each([
    ["zh", zhFirst],
    ["en", enFirst],
  ])("hold all that is said there in %s", (_, first) => {
    expect([...said].filter((name) => !(name in first)).sort()).toEqual([]);
  });
});
