/**
 * `?caller=NUMBER` on the desk's address: a telephone opens the desk with the number that rings.
 *
 * It is taken out of the address before the router reads it: a page that is loaded again must not ask again. A telephone
 * that can open an address in a desk that is there already uses `#/call?number=…`, which loads nothing anew.
 */
let waiting = strip();

function strip(): string | null {
  const asked = new URLSearchParams(location.search);
  const number = asked.get("caller");
  if (number === null) return null;
  asked.delete("caller");
  const rest = asked.size === 0 ? "" : `?${asked.toString()}`;
  history.replaceState(history.state, "", `${location.pathname}${rest}${location.hash}`);
  return number;
}

/** The number the desk was opened with, once. */
export function takeCaller(): string | null {
  const number = waiting;
  waiting = null;
  return number;
}
