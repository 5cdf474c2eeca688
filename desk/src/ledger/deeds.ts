/** What is done from a list or a file: one thing at a time, said in a notice, refused in words. */
import { ref, type Ref } from "vue";

import { useRefusals } from "@/api/refusals";
import { useNotices } from "@/stores/notices";

export interface Deeds {
  busy: Ref<boolean>;
  /** Do it; what the hub answered, or null when it refused, which is said. */
  run: <Answer>(asked: () => Promise<Answer>, done: string) => Promise<Answer | null>;
}

export function useDeeds(): Deeds {
  const notices = useNotices();
  const refusalOf = useRefusals();
  const busy = ref(false);

  async function run<Answer>(asked: () => Promise<Answer>, done: string): Promise<Answer | null> {
    if (busy.value) return null;
    busy.value = true;
    try {
      const answer = await asked();
      notices.show("done", done);
      return answer;
    } catch (problem) {
      notices.show("problem", refusalOf(problem));
      return null;
    } finally {
      busy.value = false;
    }
  }
  return { busy, run };
}
