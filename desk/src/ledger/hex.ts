/** Bytes as people compare them: 16 a line, with the offset of the first. */
const BYTES_A_LINE = 16;

export function hexLines(hex: string): string {
  const lines: string[] = [];
  for (let at = 0; at < hex.length; at += BYTES_A_LINE * 2) {
    const pairs = hex.slice(at, at + BYTES_A_LINE * 2).match(/../g) ?? [];
    lines.push(`${(at / 2).toString(16).padStart(4, "0")}  ${pairs.join(" ")}`);
  }
  return lines.join("\n");
}
