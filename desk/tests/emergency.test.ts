/** What is read to an emergency centre: in the order in which it is asked for, and nothing that is empty. */
import { describe, expect, it } from "vitest";

import { asText, spokenLines } from "@/incident/emergency";

const lines = { where: "柳沟村三组 12 号", who: "李示例，女，85 岁", what: "一键求助。", health: " ", entry: "西侧小门", key: null, back: "0000-0000000" };

describe("the block to read aloud", () => {
  it("begins with the address and leaves out what nobody knows", () => {
    expect(spokenLines(lines).map((line) => line.about)).toEqual(["where", "who", "what", "entry", "back"]);
  });

  it("is copied as a line each with its title", () => {
    expect(asText(spokenLines({ ...lines, entry: null, back: null }), (about) => about)).toBe(
      "where：柳沟村三组 12 号\nwho：李示例，女，85 岁\nwhat：一键求助。",
    );
  });
});
