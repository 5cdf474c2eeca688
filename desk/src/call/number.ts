/** A number as somebody types, pastes or hands it over: what of it is a telephone number. */

/** Fewer digits than this are everybody's: nobody is looked up by them. */
export const TAIL_DIGITS_MIN = 4;
/** Fewer digits than this are no number that can be kept. */
const NUMBER_DIGITS_MIN = 3;
const NUMBER_DIGITS_MAX = 19;

/** The digits, with `+` in front where the country's prefix is one of another country. */
export function readNumber(written: string): string {
  const narrow = written.normalize("NFKC").replace(/^\s*(?:tel|sip):/i, "").replace(/[;@].*$/, "");
  const digits = narrow.replace(/\D/g, "").slice(0, NUMBER_DIGITS_MAX);
  if (/^(?:00)?86\d{11}$/.test(digits)) return digits.slice(-11);
  return narrow.trimStart().startsWith("+") && digits !== "" ? `+${digits}` : digits;
}

export function digitsIn(number: string): number {
  return number.replace(/\D/g, "").length;
}

/** Whether it can be put on record as a number; a call without one was withheld. */
export function isNumber(number: string): boolean {
  return digitsIn(number) >= NUMBER_DIGITS_MIN;
}
