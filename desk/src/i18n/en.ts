/** English: the interface's texts lie in `en/`, a file for each page or part (its name begins the key); the hub's codes have theirs in hub/words/en.json. */
import codes from "@words/en.json";

import { gather } from "./gather";

export default { ...codes, ...gather(import.meta.glob("./en/*.ts", { eager: true, import: "default" })) };
