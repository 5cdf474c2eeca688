"""The kinds of things the hub speaks of. One word for one thing, on the wire, in the rows and at the desk."""

from enum import StrEnum


class IncidentKind(StrEnum):
    """What an incident is about; at most one that is not closed per subject and kind."""

    SOS = "sos"  #: Somebody pressed. 一键求助
    FALL = "fall"  #: Somebody fell, or seems to have. 跌倒
    INACTIVITY = "inactivity"  #: Nothing moves that should. 长时间无活动
    VITALS = "vitals"  #: A vital sign out of its range. 体征异常
    BED = "bed"  #: Out of bed at night for too long. 夜间离床
    WANDERING = "wandering"  #: Outside of the agreed area. 走失风险
    PHONE_REPORT = "phone_report"  #: A call to the hotline. 来电求助
    UNREADABLE_EVENT = "unreadable_event"  #: A device event nobody can read: it may be the cry. 无法识别的设备事件
    HUB_PROBE = "hub_probe"  #: The hub tests itself end to end. 平台自检


class SubjectType(StrEnum):
    """Whom or what an incident is about."""

    RECIPIENT = "recipient"  #: A person on file.
    DEVICE = "device"  #: A device nobody is assigned to.
    CALLER = "caller"  #: A telephone number that is on no file.


class MaintenanceKind(StrEnum):
    """What is wrong with equipment; never in the emergency queue."""

    LOW_BATTERY = "low_battery"  #: 电量低
    TAMPER = "tamper"  #: 被拆动
    DEVICE_FAULT = "device_fault"  #: 设备故障
    SELF_TEST_FAILED = "self_test_failed"  #: 自检未通过
    REFUSED_CONNECT = "refused_connect"  #: A known device was not let in. 设备登录被拒绝
    FLOOD = "flood"  #: One device, or one broker, sends more than its rate. 消息过多
    RECONNECT_LOOP = "reconnect_loop"  #: A device connects and disconnects without end. 反复重连
    CLIENT_DOUBLED = "client_doubled"  #: Two clients with one device's identity. 设备身份重复
    QUARANTINE = "quarantine"  #: Messages of this device cannot be read. 报文无法解析
    CLOCK_WRONG = "clock_wrong"  #: The device's clock cannot be believed. 设备时钟异常
    HUB_BLIND = "hub_blind"  #: For a while nothing could be taken in. 平台中断
    HUB_CLOCK_JUMPED = "hub_clock_jumped"  #: The hub's own clock jumped. 平台时钟跳变
    EVENT_ID_REUSED = "event_id_reused"  #: The device gives one id to different events. 事件编号重复使用
    STATE_LOST = "state_lost"  #: What was known of somebody could not be read; watching began anew. 监护状态重新开始
    DUTY_STUCK = "duty_stuck"  #: Deadlines or texts that fail again and again. 到期任务反复失败
    DISK_LOW = "disk_low"  #: The database's disk is nearly full. 磁盘空间不足
    STANDBY_MISSING = "standby_missing"  #: Failover is configured, and nothing waits for a standby. 备用数据库缺失
    STATE_DIFFERED = "state_differed"  #: What the hub had in memory was not what it had saved. 内存状态与数据库不符
    CHANNEL_AWAY = "channel_away"  #: Texts cannot leave by a channel. 短信通道中断
    SOURCE_AWAY = "source_away"  #: A broker the hub subscribes to is not there. 接入源中断
    UNKNOWN_DEVICE = "unknown_device"  #: A broker's messages name a device nobody registered. 未登记的设备
    ROSTER_GAP = "roster_gap"  #: Hours of the coming days that nobody of a roster has. 值班表有空缺
    ROSTER_UNREACHABLE = "roster_unreachable"  #: Somebody has duty whom nobody could ring. 值班人员没有可用电话
    DESK_UNMANNED = "desk_unmanned"  #: Nobody sat at a desk although the roster said so. 值班台无人
    LADDER_EMPTY = "ladder_empty"  #: Nobody can be reached by any step. 逐级通知无人可达
    NOBODY_REACHABLE = "nobody_reachable"  #: Nor has anybody in charge a number: the worst. 没有任何人可通知
    DEVICE_OFFLINE = "device_offline"  #: Silent for longer than its rhythm allows. 设备离线
    DATA_BLIND = "data_blind"  #: No device of the person sees them. 监测中断
    CHATTER = "chatter"  #: Something of a device comes and goes without end. 反复告警
    SHELF_ENDED = "shelf_ended"  #: What was set aside comes to the desk again. 暂停提醒结束
    POWER_CUT = "power_cut"  #: Many mains-powered devices of one place went silent together. 疑似停电
    TEST_PRESS = "test_press"  #: A press that said it was a test. 测试呼叫
    REPAIR_ASKED = "repair_asked"  #: Somebody at the desk asked for it to be looked at. 报修


class FollowUpKind(StrEnum):
    """Why somebody should call, then visit."""

    SERVICE_REQUESTED = "service_requested"  #: The green key. 服务请求
    NO_SIGN_OF_LIFE = "no_sign_of_life"  #: Nothing seen of somebody living alone. 久无音讯
    VISIT_ASKED = "visit_asked"  #: Somebody at the desk asked for it after an incident. 办结后回访
    MODE_FORGOTTEN = "mode_forgotten"  #: A mode has lasted longer than usual: is it still so? 守护状态久未变更
