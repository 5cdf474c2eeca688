/** Keys: one does one thing, what cannot be a shortcut is none, and what a browser kept is read with care. */
import { describe, expect, it } from "vitest";

import { assign, DELIVERED, labelOf, readKept, SHORTCUT_NAMES } from "@/keys/key_map";

describe("the key map", () => {
  it("is delivered with a key of its own for each shortcut", () => {
    const codes = SHORTCUT_NAMES.map((name) => DELIVERED[name]);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => labelOf(code) === null)).toEqual([]);
  });

  it("gives a free key, and says who has one that is not", () => {
    expect(assign(DELIVERED, "call", "KeyB")).toMatchObject({ map: { call: "KeyB", note: "KeyN" } });
    expect(assign(DELIVERED, "call", "KeyN")).toEqual({ takenBy: "note" });
    expect(assign(DELIVERED, "call", DELIVERED.call)).toMatchObject({ map: DELIVERED });
  });

  it.each(["Enter", "Escape", "Tab", "Space", "ArrowDown", "Home", "ShiftLeft", "ControlLeft", ""])("never gives away %s", (code) => {
    expect(assign(DELIVERED, "call", code)).toBeNull();
  });

  it("shows what is printed on the key", () => {
    expect(["KeyC", "Digit4", "F9", "Numpad7", "Slash"].map(labelOf)).toEqual(["C", "4", "F9", "Num 7", "/"]);
  });

  it("reads what was kept, also two keys that changed places", () => {
    expect(readKept(JSON.stringify({ call: "KeyN", note: "KeyC" }))).toMatchObject({ call: "KeyN", note: "KeyC", close: "KeyX" });
  });

  it.each([null, "", "[]", "nonsense", '{"call": 3}', '{"call": "Enter"}', '{"call": "KeyB", "note": "KeyB"}'])("is as delivered after %s", (kept) => {
    expect(readKept(kept)).toEqual(DELIVERED);
  });

  it("leaves a new shortcut without a key where its own was given away", () => {
    const kept = readKept(JSON.stringify({ call: "KeyM" }));
    expect(kept).toMatchObject({ call: "KeyM", hush: "" });
    expect(labelOf(kept.hush)).toBeNull();
  });
});
