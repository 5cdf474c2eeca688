/** Accounts of people and keys of programs, as far as one may see them. */
import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { ask, hub } from "@/api/client";
import type { ApiKey, ApiKeyBody, CreatedApiKey, Page, User, UserBody, UserChanges, WholeUserChanges } from "@/api/shapes";

const PAGE_ROWS = 200;
type Cursor = string | null;

export const useAccounts = defineStore("accounts", () => {
  const users = shallowRef<User[]>([]);
  const keys = shallowRef<ApiKey[]>([]);
  const state = ref<"reading" | "read" | "failed">("reading");

  async function read(withKeys: boolean): Promise<void> {
    try {
      [users.value, keys.value] = await Promise.all([
        readAll<User>((cursor) => ask(hub.GET("/api/v1/users", { params: { query: { limit: PAGE_ROWS, cursor } } }))),
        withKeys ? readAll<ApiKey>((cursor) => ask(hub.GET("/api/v1/api-keys", { params: { query: { limit: PAGE_ROWS, cursor } } }))) : [],
      ]);
      state.value = "read";
    } catch {
      state.value = "failed";
    }
  }

  const createUser = (body: UserBody) => ask(hub.POST("/api/v1/users", { body }));
  const changeUser = (user_id: string, body: UserChanges) => ask(hub.PATCH("/api/v1/users/{user_id}", { params: { path: { user_id } }, body: body as WholeUserChanges }));
  const createKey = (body: ApiKeyBody): Promise<CreatedApiKey> => ask(hub.POST("/api/v1/api-keys", { body }));
  const revokeKey = (key_id: string) => ask(hub.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id } } }));

  return { users, keys, state, read, createUser, changeUser, createKey, revokeKey };
});

async function readAll<Entry>(readPage: (cursor: Cursor) => Promise<Page<Entry>>): Promise<Entry[]> {
  const found: Entry[] = [];
  let cursor: Cursor = null;
  do {
    const page: Page<Entry> = await readPage(cursor);
    found.push(...page.items);
    cursor = page.next ?? null;
  } while (cursor !== null);
  return found;
}
