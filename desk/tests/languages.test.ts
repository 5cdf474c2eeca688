/** Both languages say everything, and know every code of the core. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import enTexts from "@/i18n/en";
import zhTexts from "@/i18n/zh";

type Tree = { [key: string]: string | Tree };
const ROOT = join(import.meta.dirname, "..", "..");

function leaves(tree: Tree, path = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") found.set(at, value);
    else for (const [below, text] of leaves(value, at)) found.set(below, text);
  }
  return found;
}
const zh = leaves(zhTexts as Tree);
const en = leaves(enTexts as Tree);
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

function pythonSources(folder: string): string {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf-8" })
    .filter((name) => name.endsWith(".py"))
    .map((name) => readFileSync(join(ROOT, folder, name), "utf-8"))
    .join("\n");
}
const core = pythonSources("alerts");
const hub = `${pythonSources("hub")}\n${pythonSources("device_adapters")}`;

/** The members of a StrEnum. */
function members(enumName: string): string[] {
  const body = `${core}\n${hub}`.split(new RegExp(`class ${enumName}\\(StrEnum\\):`))[1]?.split(/\n\S/)[0] ?? "";
  return [...body.matchAll(/^ {4}[A-Z_0-9]+ = "(\w+)"/gm)].map((match) => match[1] ?? "");
}
const codes = (pattern: RegExp) => [...new Set([...`${core}\n${hub}`.matchAll(pattern)].map((match) => match[1] ?? ""))];

describe("the languages", () => {
  it("have the same keys", () => {
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort());
  });

  it("use the same values in each sentence", () => {
    for (const [key, text] of zh) expect(slots(en.get(key) ?? ""), key).toEqual(slots(text));
  });

  it("leave nothing empty and nothing untranslated", () => {
    for (const [key, text] of en) expect(/[\u4e00-\u9fff]/.test(text) || text === "", `${key}: ${text}`).toBe(false);
    for (const [key, text] of zh) expect(/[\u4e00-\u9fff{]/.test(text), `${key}: ${text}`).toBe(true);
  });
});

describe("the words for the core's codes", () => {
  it.each([
    ["IncidentKind", "kind"],
    ["Severity", "severity"],
    ["Disposition", "disposition"],
    ["Disposition", "disposition_hint"],
    ["MaintenanceKind", "maintenance_kind"],
    ["MaintenanceKind", "explanation"],
    ["FollowUpKind", "follow_up_kind"],
    ["Deadline", "due"],
    ["Target", "target"],
    ["ActorType", "actor"],
    ["BlindBecause", "blind_because"],
  ])("every %s has a word in %s", (enumName, vocabulary) => {
    const found = members(enumName);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((code) => !zh.has(`${vocabulary}.${code}`))).toEqual([]);
  });

  it("every line of the log has a sentence", () => {
    const found = codes(/\b(?:Record|_record)\(\s*(?:code=)?"(\w+)"/g);
    expect(found.length).toBeGreaterThan(10);
    expect(found.filter((code) => !zh.has(`log.${code}`))).toEqual([]);
  });

  it("every reason for which a message cannot be read has a sentence", () => {
    const found = [...codes(/\bUnreadableError\(\s*"(\w+)"/g), ...codes(/code = "(field_\w+)" if/g)];
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter((code) => !zh.has(`unreadable.${code}`))).toEqual([]);
  });

  it("every explanation has a sentence", () => {
    const found = codes(/\bExplanation\(\s*code="(\w+)"/g);
    expect(found.length).toBeGreaterThan(5);
    expect(found.filter((code) => !zh.has(`explanation.${code}`) && !zh.has(`unreadable.${code}`))).toEqual([]);
  });
});
