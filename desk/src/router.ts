/**
 * The desk's addresses, behind `#`: the hub serves one page and need not know them.
 *
 * Nobody passes without a session, and nobody reaches the desk of a live shift without the gate: without its click the
 * browser keeps the page silent.
 */
import { createRouter, createWebHashHistory, type RouteLocationNormalized } from "vue-router";

import { takeCaller } from "./call/address";
import DeskPage from "./pages/DeskPage.vue";
import LoginPage from "./pages/LoginPage.vue";
import QueuePage from "./pages/QueuePage.vue";
import ShiftGatePage from "./pages/ShiftGatePage.vue";
import { useCalls } from "./stores/calls";
import { everythingSaid } from "./i18n";
import { useSession } from "./stores/session";
import { useShift } from "./stores/shift";

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/login", name: "login", component: LoginPage },
    { path: "/gate", name: "gate", component: ShiftGatePage },
    { path: "/wall", name: "wall", component: () => import("./pages/WallPage.vue") },
    {
      path: "/",
      component: DeskPage,
      children: [
        { path: "", name: "queue", component: QueuePage },
        { path: "incidents/:id", name: "incident", component: () => import("./pages/IncidentPage.vue"), props: true },
        { path: "closed", name: "closed", component: () => import("./pages/ClosedPage.vue") },
        { path: "maintenance", name: "maintenance", component: () => import("./pages/MaintenancePage.vue") },
        { path: "follow-ups", name: "follow-ups", component: () => import("./pages/FollowUpsPage.vue") },
        { path: "board", name: "board", component: () => import("./pages/BoardPage.vue") },
        { path: "reports", name: "reports", component: () => import("./pages/ReportsPage.vue") },
        { path: "end-shift", name: "end-shift", component: () => import("./pages/EndShiftPage.vue") },
        { path: "shifts", name: "shifts", component: () => import("./pages/ShiftRecordsPage.vue") },
        { path: "devices", name: "devices", component: () => import("./pages/DevicesPage.vue") },
        { path: "devices/:id", name: "device", component: () => import("./pages/DevicePage.vue"), props: true },
        { path: "shelves", name: "shelves", component: () => import("./pages/ShelvesPage.vue") },
        { path: "notifications", name: "notifications", component: () => import("./pages/NotificationsPage.vue") },
        { path: "quarantine", name: "quarantine", component: () => import("./pages/QuarantinePage.vue") },
        { path: "recipients", name: "recipients", component: () => import("./pages/RecipientsPage.vue") },
        { path: "recipients/:id", name: "recipient", component: () => import("./pages/RecipientPage.vue"), props: true },
        { path: "recipients/:id/profile", name: "profile", component: () => import("./pages/ProfilePage.vue"), props: true },
        { path: "contact-list", name: "contact-list", component: () => import("./pages/ContactListPage.vue") },
        { path: "calls", name: "calls", component: () => import("./pages/CallsPage.vue") },
        { path: "call", name: "call", component: QueuePage },
        { path: "scripts", name: "scripts", component: () => import("./pages/ScriptsPage.vue") },
        { path: "rosters", name: "rosters", component: () => import("./pages/RostersPage.vue") },
        { path: "policies", name: "policies", component: () => import("./pages/PoliciesPage.vue") },
        { path: "accounts", name: "accounts", component: () => import("./pages/AccountsPage.vue") },
      ],
    },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

/** A softphone opens `#/call?number=…` when it rings; the number waits while somebody logs in. */
function answerTelephone(number: string): { name: string } {
  useCalls().begin(number);
  return { name: "queue" };
}

/** The wall needs a log-in and no gate: nobody sits there. Whoever logs in for it is led back to it. */
const WALL = { name: "wall" };
const isForWall = (route: RouteLocationNormalized) => route.name === WALL.name || route.query["to"] === WALL.name;

router.beforeEach(async (to: RouteLocationNormalized, from: RouteLocationNormalized) => {
  const caller = takeCaller();
  if (caller !== null) useCalls().begin(caller);
  if (to.name === "call") return answerTelephone(String(to.query["number"] ?? ""));
  const session = useSession();
  if (session.me === null && to.name !== "login") await session.recognise();
  if (session.me === null) {
    const isLed = to.name === "login" && (isForWall(to) || from.name !== WALL.name);
    if (isLed) return true;
    return { name: "login", query: isForWall(to) || from.name === WALL.name ? { to: WALL.name } : {} };
  }
  if (to.name === "login" || (from.name === "login" && to.name === "queue")) {
    const wanted = isForWall(to.name === "login" ? to : from) ? WALL.name : "queue";
    if (wanted !== to.name) return { name: wanted };
  }
  if (to.name === WALL.name) return true;
  if (session.me.role === WALL.name) return WALL; // an account that sees nothing else
  if (useShift().operatorId !== session.me.id && to.name !== "gate") return { name: "gate" };
  return true;
});

/** What every night begins with has its texts at once; any other page waits for the rest of them. */
const SAID_FIRST = new Set(["login", "gate", "queue", "call"]);
router.beforeResolve((to) => (SAID_FIRST.has(String(to.name)) ? undefined : everythingSaid().catch(() => undefined)));
