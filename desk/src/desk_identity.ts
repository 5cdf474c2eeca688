/** Which desk this browser is: a name it gave itself once and keeps. Ten tabs are one desk, two computers are two. */
const KEPT_AS = "anxin.desk_id";

export function deskId(): string {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept !== null && /^[A-Z0-9-]{1,64}$/.test(kept)) return kept;
  const made = [...crypto.getRandomValues(new Uint8Array(4))].map((byte) => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
  localStorage.setItem(KEPT_AS, made);
  return made;
}
