/** The list of people, as it is asked for: searched, narrowed to a place, and page by page. */
import { defineStore } from "pinia";

import { ask, hub } from "@/api/client";
import type { ListedRecipient } from "@/api/shapes";
import { newLedger, type Wanted } from "@/ledger/ledger";
import { questionOf } from "@/recipient/list_question";

export const useRecipients = defineStore("recipients", () => {
  const ledger = newLedger<ListedRecipient>((position, wanted: Wanted) =>
    ask(hub.GET("/api/v1/recipients", { params: { query: { ...position, ...questionOf(wanted) } } })),
  );
  return { ledger };
});
