/** A language's files as one tree: `./zh/gate.ts` holds what is asked for as `gate.…`. */
export type Texts = { [key: string]: string | Texts };

export function gather(files: Record<string, unknown>): Record<string, Texts> {
  return Object.fromEntries(Object.entries(files).map(([path, texts]) => [path.replace(/^.*\/|\.ts$/g, ""), texts as Texts]));
}
