/**
 * The hub's paths and which shapes go over them, in the form openapi-fetch reads.
 *
 * Only paths the desk calls are named. `tests/api_contract.test.ts` holds them against the hub's OpenAPI document.
 */
import type {
  ContactAttempt,
  FollowUp,
  Incident,
  IncidentDetail,
  MaintenanceItem,
  Me,
  Notification,
  Operator,
  Page,
  Problem,
  QuarantinedMessage,
  RecipientFile,
  Response,
} from "./shapes";

interface Answers<Body> {
  responses: {
    200: { content: { "application/json": Body } };
    default: { content: { "application/problem+json": Problem } };
  };
}
type Takes<Body> = { requestBody: { content: { "application/json": Body } } };
type ById = { parameters: { path: { id: string } } };
type Asks<Query> = { parameters: { query?: Query } };
type IncidentAction<Body> = { post: ById & Takes<Body> & Answers<Incident> };

/** Which part of a list is wanted. */
export interface ListQuery {
  cursor?: string;
  limit?: number;
}

/** Every path the desk calls. */
export interface paths {
  "/sessions": { post: Takes<{ login: string; password: string }> & Answers<unknown> };
  "/sessions/current": { delete: Answers<never> };
  "/me": { get: Answers<Me> };
  "/operators": { get: Answers<Page<Operator>> };
  "/incidents": { get: Asks<ListQuery & { state?: string[] }> & Answers<Page<Incident>> };
  "/incidents/{id}": { get: ById & Answers<IncidentDetail> };
  "/incidents/{id}/acknowledge": IncidentAction<Record<string, never>>;
  "/incidents/{id}/contact-attempts": IncidentAction<ContactAttempt>;
  "/incidents/{id}/responding": IncidentAction<Response>;
  "/incidents/{id}/arrived": IncidentAction<{ name?: string }>;
  "/incidents/{id}/notes": IncidentAction<{ text: string }>;
  "/incidents/{id}/hand-over": IncidentAction<{ operator_id: string; note?: string }>;
  "/incidents/{id}/close": IncidentAction<{ disposition: string; note?: string }>;
  "/incidents/{id}/reopen": IncidentAction<{ note?: string }>;
  "/recipients/{id}": { get: ById & Answers<RecipientFile> };
  "/notifications": { get: Asks<ListQuery & { incident_id?: string }> & Answers<Page<Notification>> };
  "/maintenance": { get: Asks<ListQuery> & Answers<Page<MaintenanceItem>> };
  "/follow-ups": { get: Asks<ListQuery> & Answers<Page<FollowUp>> };
  "/quarantine": { get: Asks<ListQuery> & Answers<Page<QuarantinedMessage>> };
}
