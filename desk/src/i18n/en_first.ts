/** What the desk says first: log-in, gate, queue. The rest follows, see `index.ts`. */
import codes from "@words/en.json";

import { gather } from "./gather";

const FILES = import.meta.glob([
  "./en/app.ts",
  "./en/login.ts",
  "./en/gate.ts",
  "./en/shift.ts",
  "./en/top.ts",
  "./en/nav.ts",
  "./en/banner.ts",
  "./en/notice.ts",
  "./en/problem.ts",
  "./en/done.ts",
  "./en/queue.ts",
  "./en/groups.ts",
  "./en/keys.ts",
  "./en/incident.ts",
  "./en/calls.ts",
  "./en/away.ts",
], { eager: true, import: "default" });

export default { ...codes, ...gather(FILES) };
