/** 中文：界面文字按页面或部件分文件放在 `zh/`（文件名就是键的开头）；平台代码的词在 hub/words/zh.json，`hub explain` 说同样的话。 */
import codes from "@words/zh.json";

import { gather } from "./gather";

export default { ...codes, ...gather(import.meta.glob("./zh/*.ts", { eager: true, import: "default" })) };
