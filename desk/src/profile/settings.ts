/**
 * A person's monitoring settings: what holds for them, what is their own, and what a change would send.
 *
 * `monitoring` of a file holds only what differs from the usual; null in a patch takes an own value away.
 */
import type { RecipientFile, SettingRule } from "@/api/shapes";

export type Value = number | string;
/** By key; null: back to the usual. */
export type Changes = Readonly<Record<string, Value | null>>;
type Monitoring = RecipientFile["monitoring"];

export const keyOf = (rule: SettingRule): string => (rule.group === "" ? rule.name : `${rule.group}_${rule.name}`);

/** The person's own value; null where the usual one holds. */
export function ownOf(monitoring: Monitoring, rule: SettingRule): Value | null {
  const group: unknown = rule.group === "" ? monitoring : (monitoring as Record<string, unknown>)[rule.group];
  const value: unknown = typeof group === "object" && group !== null ? (group as Record<string, unknown>)[rule.name] : undefined;
  return isValue(value) ? value : null;
}

/** What holds, once the changes are saved. */
export function valueOf(monitoring: Monitoring, rule: SettingRule, changes: Changes = {}): Value {
  const changed = changes[keyOf(rule)];
  if (changed !== undefined) return changed ?? rule.default;
  return ownOf(monitoring, rule) ?? rule.default;
}

/** What is left of a change when it is what holds already: nothing. */
export function withChange(monitoring: Monitoring, rule: SettingRule, changes: Changes, value: Value | null): Changes {
  const { [keyOf(rule)]: _, ...rest } = changes;
  return value === ownOf(monitoring, rule) ? rest : { ...rest, [keyOf(rule)]: value };
}

/** As the API takes it: groups of settings, a merge patch. */
export function patchOf(rules: readonly SettingRule[], changes: Changes): Record<string, unknown> {
  const patch: Record<string, Record<string, Value | null> | Value | null> = {};
  for (const rule of rules) {
    const value = changes[keyOf(rule)];
    if (value === undefined) continue;
    if (rule.group === "") patch[rule.name] = value;
    else patch[rule.group] = { ...(patch[rule.group] as Record<string, Value | null> | undefined), [rule.name]: value };
  }
  return patch;
}

/** Whether the hub would take it. */
export function isWithinBounds(rule: SettingRule, value: Value): boolean {
  if (rule.unit === "clock_time") return typeof value === "string" && /^([01]\d|2[0-3]):[0-5]\d$/.test(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  return (rule.lowest === null || value >= rule.lowest) && (rule.highest === null || value <= rule.highest);
}

export function ownCount(monitoring: Monitoring, rules: readonly SettingRule[]): number {
  return rules.filter((rule) => ownOf(monitoring, rule) !== null).length;
}

/** Settings that do not go together; each is said, none is refused: the hub would take them. */
export function oddities(values: (key: string) => Value): string[] {
  const odd: string[] = [];
  if (Number(values("equipment_battery_ok_pct")) <= Number(values("equipment_battery_low_pct"))) odd.push("battery");
  if (values("inactivity_night_from") === values("inactivity_night_until")) odd.push("night");
  if (values("bed_night_from") === values("bed_night_until")) odd.push("bed_night");
  if (Number(values("inactivity_night_limit_s")) < Number(values("inactivity_day_limit_s"))) odd.push("night_shorter");
  return odd;
}

function isValue(value: unknown): value is Value {
  return typeof value === "number" || typeof value === "string";
}
