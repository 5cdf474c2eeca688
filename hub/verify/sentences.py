"""What each code of a difference means, in both languages, and whether it is as it should be."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One code. `explained`: nothing is lost by it."""

    explained: bool
    en: str
    zh: str


def _as_it_should(en: str, zh: str) -> Words:
    return Words(explained=True, en=en, zh=zh)


def _wrong(en: str, zh: str) -> Words:
    return Words(explained=False, en=en, zh=zh)


SENTENCES: Mapping[str, Words] = {
    # --- counts -------------------------------------------------------------------------------------------------
    "outcomes_differ": _wrong(
        "messages or readings of the hour {hour}: {came}, accounted for: {became}. The counts were changed.",
        "{hour} 这一小时收到 {came} 条，去向只有 {became} 条：计数被改动过。",
    ),
    "not_counted_then": _as_it_should(
        "rows of the hour {hour}, from before this hub counted: {found}.",
        "{hour} 这一小时的 {found} 行早于开始计数。",
    ),
    "kept_no_longer": _as_it_should(
        "rows of the hour {hour}: {counted}, of which {found} are left. Their time of keeping is over.",
        "{hour} 这一小时的 {counted} 行已过保存期限，现存 {found} 行。",
    ),
    "late_kept_no_longer": _as_it_should(
        "readings stored in the hour {hour}: {counted}, that are there: {found}. No more are gone than were older than "
        "a month when they came.",
        "{hour} 这一小时存入 {counted} 条读数，现存 {found} 条：缺少的不多于到达时已超过一个月的读数。",
    ),
    "readings_missing": _wrong(
        "readings stored in the hour {hour}: {counted}, that are there: {found}. Deleted or lost: {count}.",
        "{hour} 这一小时存入 {counted} 条读数，现存 {found} 条：{count} 条被删除或丢失。",
    ),
    "readings_uncounted": _wrong(
        "readings stored in the hour {hour}: {counted}, that are there: {found}. From elsewhere: {count}.",
        "{hour} 这一小时现存 {found} 条读数，只存入过 {counted} 条：{count} 条来历不明。",
    ),
    "readings_doubled": _wrong("readings that are stored twice: {count}.", "{count} 条读数重复存储。"),
    "events_missing": _wrong(
        "device events stored in the hour {hour}: {counted}, that are there: {found}. Deleted or lost: {count}.",
        "{hour} 这一小时存入 {counted} 个设备事件，现存 {found} 个：{count} 个被删除或丢失。",
    ),
    "events_uncounted": _wrong(
        "device events stored in the hour {hour}: {counted}, that are there: {found}. From elsewhere: {count}.",
        "{hour} 这一小时现存 {found} 个设备事件，只存入过 {counted} 个：{count} 个来历不明。",
    ),
    "events_doubled": _wrong("device events that are stored twice: {count}.", "{count} 个设备事件重复存储。"),
    "quarantined_missing": _wrong(
        "messages quarantined in the hour {hour}: {counted}, that are there: {found}. Deleted or lost: {count}.",
        "{hour} 这一小时隔离 {counted} 条报文，现存 {found} 条：{count} 条被删除或丢失。",
    ),
    "quarantined_uncounted": _wrong(
        "messages quarantined in the hour {hour}: {counted}, that are there: {found}.",
        "{hour} 这一小时现存 {found} 条隔离报文，只计过 {counted} 条。",
    ),
    "readings_repeated": _as_it_should(
        "readings sent again by a device or a broker, and there already: {count}.",
        "{count} 条读数是重复发送，已存过。",
    ),
    "events_repeated": _as_it_should(
        "device events sent again by a device or a broker, and there already: {count}.",
        "{count} 个设备事件是重复发送，已存过。",
    ),
    "unreadable": _as_it_should(
        "messages that could not be read, kept in quarantine, events also at the desk: {count}.",
        "{count} 条报文无法解析：已隔离，事件另在值班台显示。",
    ),
    "strangers": _as_it_should(
        "messages of a broker about devices that are not registered, kept in quarantine: {count}.",
        "{count} 条报文来自未登记设备：已隔离。",
    ),
    "refused": _as_it_should(
        "messages refused and not acknowledged, because their sender may not send them: {count}.",
        "{count} 条报文被拒收，未确认：发送方无权发送。",
    ),
    "set_aside": _as_it_should(
        "messages that could not be stored for a reason of the hub's, kept in quarantine, see its log: {count}.",
        "{count} 条报文因平台原因无法入库：已隔离，见日志。",
    ),
    "flags": _as_it_should(
        "messages of flags, of which only changes are events: {count}.", "{count} 条报文为状态标志：变化才计为事件。"
    ),
    "statuses": _as_it_should(
        "messages that only said whether a device is there: {count}.", "{count} 条报文只报告设备在线状态。"
    ),
    "acknowledged_uncommitted": _wrong(
        "messages that {holder} says it acknowledged: {said}, committed: {committed}. Without a commit: {count}.",
        "{holder} 称已确认 {said} 条，实际提交 {committed} 条：{count} 条未提交就确认。",
    ),
    "not_acknowledged_yet": _as_it_should(
        "messages committed and not acknowledged as far as {holder} has said, which it does every 2 s: {count}.",
        "{count} 条报文已提交，{holder} 尚未报告确认（每 2 秒报告一次）。",
    ),
    # --- judging ------------------------------------------------------------------------------------------------
    "alert_missing": _wrong(
        "events {event} without their alert of kind {kind}: {count}.", "{count} 个 {event} 事件缺少 {kind} 告警。"
    ),
    "alert_unexpected": _wrong(
        "events {event} with an alert of kind {kind}, which they never raise: {count}.",
        "{count} 个 {event} 事件带有不应产生的 {kind} 告警。",
    ),
    "alert_doubled": _wrong("events {event} with the same alert twice: {count}.", "{count} 个 {event} 事件告警重复。"),
    "alerts_missing": _wrong(
        "alerts of kind {kind} that were decided in the hour {hour}: {decided}, that are there: {found}.",
        "{hour} 这一小时判定 {kind} 告警 {decided} 个，现存 {found} 个。",
    ),
    "alerts_undecided": _wrong(
        "alerts of kind {kind} that were decided in the hour {hour}: {decided}, that are there: {found}.",
        "{hour} 这一小时现存 {kind} 告警 {found} 个，只判定过 {decided} 个。",
    ),
    "only_a_test": _as_it_should(
        "events {event} that said they were tests: {count}.", "{count} 个 {event} 事件为测试。"
    ),
    "only_history": _as_it_should(
        "events {event} from a buffer, too old to say anything about now: {count}.",
        "{count} 个 {event} 事件为历史补传，不影响当前状态。",
    ),
    "asks_for_follow_up": _as_it_should(
        "events {event}, which ask for a follow-up and not for help: {count}.", "{count} 个 {event} 事件转为问候核实。"
    ),
    "concerns_equipment": _as_it_should(
        "events {event}, which concern equipment: {count}.", "{count} 个 {event} 事件转为维护事项。"
    ),
    "takes_back": _as_it_should(
        "events {event}, which take something back: {count}.", "{count} 个 {event} 事件为取消或恢复。"
    ),
    "raises_none": _as_it_should(
        "events {event}, a sort that raises no alert: {count}.", "{count} 个 {event} 事件不产生告警。"
    ),
    # --- custody ------------------------------------------------------------------------------------------------
    "nobody_owns": _wrong(
        "incidents that are not closed and have no deadline, so that nobody would look again: {count}.",
        "{count} 个求助事件未办结且没有时限：无人再跟进。",
    ),
    "incident_without_alert": _wrong("incidents without an alert: {count}.", "{count} 个求助事件没有告警。"),
    "incident_doubled": _wrong(
        "persons or devices with two incidents of one kind that are not closed: {count}.",
        "{count} 个对象有两个未办结的同类求助事件。",
    ),
    "suspicion_without_deadline": _wrong(
        "suspicions that wait without a deadline and would never open an incident: {count}.",
        "{count} 个待确认告警没有时限：永不升级。",
    ),
    "deadline_of_nothing": _wrong("deadlines of nothing that waits: {count}.", "{count} 个时限没有对应的待办。"),
    "deadline_overdue": _wrong(
        "deadlines that are overdue although duty works: {count}.", "{count} 个时限已过，值班进程在运行却未执行。"
    ),
    "duty_stands_still": _as_it_should(
        "deadlines that are overdue because no duty process works, and pass when one starts: {count}.",
        "{count} 个时限已过：值班进程未运行，启动后立即执行。",
    ),
    "deadline_fails": _wrong(
        "deadlines that could not be carried out and come again, see duty's log: {count}.",
        "{count} 个时限执行失败，将重试：见值班进程日志。",
    ),
    "held_and_cleared": _as_it_should(
        "suspected falls that were over before their time, without an incident: {count}.",
        "{count} 个疑似跌倒在确认期内恢复。",
    ),
    "suspicion_waits": _as_it_should("suspicions that wait for their time: {count}.", "{count} 个疑似告警等待确认。"),
    "alert_shelved": _as_it_should("alerts that lie on a shelf: {count}.", "{count} 个告警处于暂停提醒中。"),
    "alert_nowhere": _wrong("alerts that are in no incident: {count}.", "{count} 个告警不属于任何求助事件。"),
    # --- ladders and texts --------------------------------------------------------------------------------------
    "step_not_taken": _wrong(
        "incidents whose ladder has passed a step that is not on record: {count}.",
        "{count} 个求助事件越过了未执行的通知步骤。",
    ),
    "step_without_text": _wrong(
        "incidents that took a step and do not owe its text: {count}.", "{count} 个求助事件的步骤应发通知而未发。"
    ),
    "text_without_step": _wrong(
        "incidents that owe a text of a step that is not on record: {count}.", "{count} 个求助事件的通知没有对应步骤。"
    ),
    "text_state_unlawful": _wrong(
        "notifications that do not stand where their attempts put them: {count}.",
        "{count} 条通知的状态与投递记录不符。",
    ),
    "try_missing": _wrong("notifications that lack one of their attempts: {count}.", "{count} 条通知缺少投递记录。"),
    "text_left_lying": _wrong(
        "notifications that may leave and are left lying although duty works: {count}.",
        "{count} 条应发通知滞留，值班进程在运行。",
    ),
    "texts_wait_for_duty": _as_it_should(
        "notifications that wait because no duty process works: {count}.", "{count} 条通知等待值班进程启动。"
    ),
    # --- replays ------------------------------------------------------------------------------------------------
    "replay_differs": _wrong(
        "incidents whose commands, applied again, do not give what is on record, see hub explain, by {where}: {count}.",
        "{count} 个求助事件的指令重放与记录不符（{where}）：用 hub explain 查看。",
    ),
    "not_replayable": _wrong(
        "incidents with a command that is missing, unreadable or refused: {count}.",
        "{count} 个求助事件缺少指令，或有指令无法读取、被拒绝。",
    ),
    "commands_missing": _wrong(
        "incidents without any of the commands that made them: {count}.", "{count} 个求助事件没有任何指令记录。"
    ),
    "from_before_commands": _as_it_should(
        "incidents from before commands were kept: {count}.", "{count} 个求助事件早于指令记录。"
    ),
    "other_rules": _as_it_should(
        "incidents decided by rules of another version, which are not replayed: {count}.",
        "{count} 个求助事件由其他版本的规则判定，不重放。",
    ),
    # --- stream, identities -------------------------------------------------------------------------------------
    "position_missing": _wrong(
        "changes without a position in the stream, which no desk will see: {count}.",
        "{count} 个变更没有流位置：值班台看不到。",
    ),
    "change_unseen": _wrong(
        "incidents that changed more often than the stream says: {count}.", "{count} 个求助事件的变更未进入事件流。"
    ),
    "positions_skipped": _as_it_should(
        "positions given to nobody, because a commit was undone or the database restarted: {count}.",
        "{count} 个流位置空缺：提交被撤销或数据库重启所致。",
    ),
    "identity_missing": _wrong(
        "device events that are not in the ledger and, repeated, would be raised again: {count}.",
        "{count} 个设备事件不在去重台账中：重发会再次告警。",
    ),
    "identity_of_nothing": _wrong(
        "identities in the ledger that belong to no event, which was lost: {count}.",
        "台账中 {count} 个标识没有对应事件：事件丢失。",
    ),
    # --- states -------------------------------------------------------------------------------------------------
    "state_differs": _wrong(
        "saved states that do not follow from the readings and events, by {fields}: {count}.",
        "{count} 个实时状态与读数、事件重放结果不符：{fields}。",
    ),
    "state_missing": _wrong(
        "people with live readings and no saved state: {count}.",
        "{count} 人有设备和实时读数，却没有实时状态。",
    ),
    "same_instant": _as_it_should(
        "states that depend on the order of one instant, or on an earlier profile, which are not stored: {count}.",
        "{count} 个状态取决于同一时刻数据的先后或此前的监测设置，两者均未存储。",
    ),
    "begins_anew": _as_it_should(
        "states of another version of the rules, which begin anew with the next message: {count}.",
        "{count} 个状态由其他版本保存：收到下一条报文后重新建立。",
    ),
    "nothing_to_rebuild": _as_it_should(
        "states without a reading or event on the day that was replayed: {count}.",
        "{count} 个状态在重放期内没有读数或事件。",
    ),
    "memory_differed": _wrong(
        "states in ingest's memory that differed from their rows, which were taken: {count}.",
        "内存中 {count} 个状态与数据库不符，已以数据库为准。",
    ),
    "nobody_has_memory": _as_it_should(
        "no ingest process works, so that there is no memory to compare.", "接入进程未运行：没有内存状态可比对。"
    ),
    "memory_not_compared": _wrong(
        "ingest works and did not compare its memory within {within_s} s.",
        "接入进程在 {within_s} 秒内未完成内存比对。",
    ),
}
