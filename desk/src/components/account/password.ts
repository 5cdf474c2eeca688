/** A first password, read out or written down once: without letters that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP_LENGTH = 4;
/** Bytes from here on would make some letters likelier than others. */
const FAIR_BELOW = 256 - (256 % LETTERS.length);

/** Four groups of four, from the browser's secure source: 79 bits. */
export function newPassword(): string {
  const letters: string[] = [];
  while (letters.length < GROUPS * GROUP_LENGTH) {
    for (const byte of crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_LENGTH))) {
      if (byte < FAIR_BELOW && letters.length < GROUPS * GROUP_LENGTH) letters.push(LETTERS[byte % LETTERS.length] ?? "");
    }
  }
  return Array.from({ length: GROUPS }, (_, group) => letters.slice(group * GROUP_LENGTH, (group + 1) * GROUP_LENGTH).join("")).join("-");
}
