/**
 * Which single key does what (WCAG 2.1.4): what each does as delivered, and which keys may be given to it instead.
 *
 * A key is known by its place on the keyboard (`KeyC`), not by its letter: with a Chinese input method on, the letter
 * never arrives. Keys that move the focus, confirm or leave are nobody's shortcut.
 */

/** What each shortcut does, and its key as delivered; the order is that of the settings. */
export const DELIVERED = {
  take: "KeyT",
  queue: "KeyQ",
  call: "KeyC",
  emergency: "KeyE",
  script: "KeyS",
  respond: "KeyR",
  note: "KeyN",
  hand_over: "KeyH",
  close: "KeyX",
  fold: "KeyG",
  phone: "KeyP",
  search: "Slash",
  hush: "KeyM",
} as const;

export type ShortcutName = keyof typeof DELIVERED;
export type KeyMap = Record<ShortcutName, string>;
/** A shortcut that has no key now. */
const NO_KEY = "";
export const SHORTCUT_NAMES = Object.keys(DELIVERED) as ShortcutName[];

const PUNCTUATION: Record<string, string> = {
  Backquote: "`",
  Minus: "-",
  Equal: "=",
  BracketLeft: "[",
  BracketRight: "]",
  Backslash: "\\",
  Semicolon: ";",
  Quote: "'",
  Comma: ",",
  Period: ".",
  Slash: "/",
};

/** What is printed on a key, or null for one that can be no shortcut. */
export function labelOf(code: string): string | null {
  const plain = /^(?:Key([A-Z])|Digit(\d)|(F\d{1,2}))$/.exec(code);
  if (plain !== null) return plain[1] ?? plain[2] ?? plain[3] ?? null;
  if (/^Numpad\d$/.test(code)) return `Num ${code.slice(-1)}`;
  return PUNCTUATION[code] ?? null;
}

/** The map with one key given to `name`, or who has that key already: a key never does two things. */
export function assign(map: KeyMap, name: ShortcutName, code: string): { map: KeyMap } | { takenBy: ShortcutName } | null {
  if (labelOf(code) === null) return null;
  const takenBy = SHORTCUT_NAMES.find((other) => other !== name && map[other] === code);
  return takenBy === undefined ? { map: { ...map, [name]: code } } : { takenBy };
}

/**
 * What a browser kept, as far as it is a map: a key that is none is as delivered, and one that does two things makes all
 * of it as delivered. A shortcut the browser did not know yet goes without a key where its own was given away.
 */
export function readKept(kept: string | null): KeyMap {
  const told = parse(kept);
  const chosen = SHORTCUT_NAMES.flatMap((name) => {
    const code = told[name];
    return typeof code === "string" && labelOf(code) !== null ? [[name, code] as const] : [];
  });
  const given = new Set(chosen.map(([, code]) => code));
  if (given.size < chosen.length) return { ...DELIVERED };
  const left = SHORTCUT_NAMES.map((name) => [name, given.has(DELIVERED[name]) ? NO_KEY : DELIVERED[name]] as const);
  return { ...DELIVERED, ...Object.fromEntries(left), ...Object.fromEntries(chosen) };
}

function parse(kept: string | null): Record<string, unknown> {
  try {
    const told: unknown = JSON.parse(kept ?? "{}");
    return typeof told === "object" && told !== null ? (told as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
