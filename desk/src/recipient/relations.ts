/** Relations are codes with a word, or whatever a village calls it; a form shows and takes words. */
import { useWords } from "@/incident/words";

import { RELATIONS } from "./vocabulary";

export function useRelations() {
  const { word } = useWords();
  const words = () => RELATIONS.map((code) => word("relation", code));
  /** The code of a word that has one, else the text itself; nothing written is null. */
  function codeOf(text: string): string | null {
    const said = text.trim();
    return said === "" ? null : (RELATIONS.find((code) => word("relation", code) === said) ?? said);
  }
  return { words, codeOf };
}
