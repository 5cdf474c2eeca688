/**
 * The desk's addresses, behind `#`: the hub serves one page and need not know them.
 *
 * Nobody passes without a session, and nobody reaches the desk of a live shift without the gate: without its click the
 * browser keeps the page silent.
 */
import { createRouter, createWebHashHistory, type RouteLocationNormalized } from "vue-router";

import DeskPage from "./pages/DeskPage.vue";
import LoginPage from "./pages/LoginPage.vue";
import QueuePage from "./pages/QueuePage.vue";
import ShiftGatePage from "./pages/ShiftGatePage.vue";
import { useSession } from "./stores/session";
import { useShift } from "./stores/shift";

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: "/login", name: "login", component: LoginPage },
    { path: "/gate", name: "gate", component: ShiftGatePage },
    {
      path: "/",
      component: DeskPage,
      children: [
        { path: "", name: "queue", component: QueuePage },
        { path: "incidents/:id", name: "incident", component: () => import("./pages/IncidentPage.vue"), props: true },
        { path: "closed", name: "closed", component: () => import("./pages/ClosedPage.vue") },
        { path: "maintenance", name: "maintenance", component: () => import("./pages/MaintenancePage.vue") },
        { path: "follow-ups", name: "follow-ups", component: () => import("./pages/FollowUpsPage.vue") },
        { path: "reports", name: "reports", component: () => import("./pages/ReportsPage.vue") },
        { path: "end-shift", name: "end-shift", component: () => import("./pages/EndShiftPage.vue") },
        { path: "shifts", name: "shifts", component: () => import("./pages/ShiftRecordsPage.vue") },
        { path: "quarantine", name: "quarantine", component: () => import("./pages/QuarantinePage.vue") },
        { path: "recipients", name: "recipients", component: () => import("./pages/RecipientsPage.vue") },
        { path: "recipients/:id", name: "recipient", component: () => import("./pages/RecipientPage.vue"), props: true },
        { path: "recipients/:id/profile", name: "profile", component: () => import("./pages/ProfilePage.vue"), props: true },
        { path: "contact-list", name: "contact-list", component: () => import("./pages/ContactListPage.vue") },
        { path: "rosters", name: "rosters", component: () => import("./pages/RostersPage.vue") },
      ],
    },
    { path: "/:rest(.*)*", redirect: "/" },
  ],
});

router.beforeEach(async (to: RouteLocationNormalized) => {
  const session = useSession();
  if (session.me === null && to.name !== "login") await session.recognise();
  if (session.me === null) return to.name === "login" ? true : { name: "login" };
  if (to.name === "login") return { name: "queue" };
  if (useShift().operatorId !== session.me.id && to.name !== "gate") return { name: "gate" };
  return true;
});
