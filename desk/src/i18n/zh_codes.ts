/** 平台代码对应的词和句子在 hub/words/zh.json：值班台和平台自己（`hub explain`）说同样的话。 */
export { default } from "@words/zh.json";
