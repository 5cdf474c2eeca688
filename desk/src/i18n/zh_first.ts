/** 值班台打开时先要的界面文字：登录、接班、求助列表。其余的随后载入，见 `index.ts`。 */
import codes from "@words/zh.json";

import { gather } from "./gather";

const FILES = import.meta.glob([
  "./zh/app.ts",
  "./zh/login.ts",
  "./zh/gate.ts",
  "./zh/shift.ts",
  "./zh/top.ts",
  "./zh/nav.ts",
  "./zh/banner.ts",
  "./zh/notice.ts",
  "./zh/problem.ts",
  "./zh/done.ts",
  "./zh/queue.ts",
  "./zh/groups.ts",
  "./zh/keys.ts",
  "./zh/incident.ts",
  "./zh/calls.ts",
  "./zh/away.ts",
], { eager: true, import: "default" });

export default { ...codes, ...gather(FILES) };
