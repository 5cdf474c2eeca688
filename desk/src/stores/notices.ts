/** Short answers to what the operator just did; they go by themselves, a failure stays longer. */
import { defineStore } from "pinia";
import { ref } from "vue";

export interface Notice {
  id: number;
  tone: "done" | "problem";
  text: string;
}

const SHOWN_FOR_MS: Record<Notice["tone"], number> = { done: 4_000, problem: 10_000 };
const SHOWN_AT_ONCE = 3;

export const useNotices = defineStore("notices", () => {
  const notices = ref<Notice[]>([]);
  let lastId = 0;

  function show(tone: Notice["tone"], text: string): void {
    const notice = { id: (lastId += 1), tone, text };
    notices.value = [...notices.value, notice].slice(-SHOWN_AT_ONCE);
    setTimeout(() => dismiss(notice.id), SHOWN_FOR_MS[tone]);
  }

  function dismiss(id: number): void {
    notices.value = notices.value.filter((notice) => notice.id !== id);
  }

  return { notices, show, dismiss };
});
