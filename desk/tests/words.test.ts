/** The desk and the hub itself say the same sentence for the same code (tests/hub/words has the other half). */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { createPinia } from "pinia";
import { describe, expect, it } from "vitest";
import { createApp, h } from "vue";

import type { Locale } from "@/i18n";
import { createDeskI18n } from "@/i18n";
import type { Family } from "@/incident/words";
import { useWords } from "@/incident/words";

type Example = { family: Family; code: string; params: Record<string, unknown>; zh: string; en: string };
const EXAMPLES = join(import.meta.dirname, "..", "..", "tests", "hub", "words", "sentences.json");
const examples = JSON.parse(readFileSync(EXAMPLES, "utf-8")) as Example[];

async function wordsIn(locale: Locale): Promise<ReturnType<typeof useWords>> {
  let words: ReturnType<typeof useWords> | undefined;
  const app = createApp({
    setup() {
      words = useWords();
      return () => h("i");
    },
  });
  app.use(createPinia());
  app.use(await createDeskI18n(locale));
  app.mount(document.createElement("div"));
  if (words === undefined) throw new Error("nothing was mounted");
  return words;
}

describe("the desk's sentences", async () => {
  const zh = await wordsIn("zh-CN");
  const en = await wordsIn("en");

  it.each(examples)("$family $code", ({ family, code, params, zh: inChinese, en: inEnglish }) => {
    expect(zh.sentence(family, { code, params })).toBe(inChinese);
    expect(en.sentence(family, { code, params })).toBe(inEnglish);
  });
});
