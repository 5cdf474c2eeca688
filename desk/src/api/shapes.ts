/**
 * The shapes the hub speaks, by the names the desk uses: the generated ones of `generated.d.ts`, closed where the desk
 * has to decide by a value (severity, state) and the contract leaves text.
 *
 * Times are RFC 3339 strings in UTC; they become numbers only where they are shown or compared. Values that a later hub
 * may add to (kinds, channels, dispositions) stay text: the desk has a word for those it knows and shows the code of
 * those it does not, because an incident it cannot name is still an incident.
 */
import type { components } from "./generated";

type Schemas = components["schemas"];
type Closed<Shape, Values> = Omit<Shape, keyof Values> & Values;

export type Severity = "critical" | "high" | "medium" | "low";
export type IncidentState = "open" | "acknowledged" | "closed";
interface Standing {
  severity: Severity;
  state: IncidentState;
}

export type Incident = Closed<Schemas["IncidentView"], Standing>;
export type IncidentDetail = Closed<Schemas["IncidentFile"], Standing>;
export type IncidentGroup = Schemas["IncidentGroupView"];
export type Explanation = Schemas["ExplanationView"];
export type Actor = Schemas["ActorView"];
export type LogEntry = Schemas["LogEntryView"];
export type Notification = Schemas["NotificationView"];
export type Device = Schemas["WornDeviceView"];
export type Vital = Schemas["VitalView"];
export type SeriesPoint = Schemas["SeriesPoint"];
export type Contact = Schemas["ContactView"];
export type Me = Schemas["Me"];
export type HandOver = Omit<Schemas["HandOverView"], "incidents"> & { incidents: Incident[] };
export type ShiftNote = Schemas["ShiftNoteView"];
export type EndedShift = Schemas["EndedShift"];
export type Operator = Schemas["NamedView"];
export type Division = Schemas["DivisionView"];
export type MaintenanceItem = Schemas["MaintenanceView"];
export type FollowUp = Schemas["FollowUpView"];
export type QuarantinedMessage = Schemas["QuarantineView"];
export type QuarantinedDevice = Schemas["QuarantinedDeviceView"];
export type QueueNote = Schemas["QueueNoteView"];
export type Overdue = Schemas["OverdueView"];
export type ListedNotification = Schemas["ListedNotificationView"];
export type Shelf = Schemas["ShelfView"];
export type Shelvable = Schemas["Shelvable"];
export type RegistryDevice = Schemas["DeviceView"];
export type RegisteredDevice = Schemas["CreatedDevice"];
export type DeviceBody = Schemas["RegisteredDevice"];
export type DeviceKind = DeviceBody["kind"];
export type DeviceStanding = Schemas["DeviceStanding"];
export type DeviceSort = Schemas["DeviceSort"];
export type Assignment = Schemas["AssignmentView"];
export type TestWindow = Schemas["TestWindowView"];
export type CommandBody = Schemas["Command"];
export type SentCommand = Schemas["CommandView"];
export type DeviceMessage = Schemas["DeviceMessageView"];
export type MaintenanceKind = Schemas["MaintenanceKind"];
export type FollowUpKind = Schemas["FollowUpKind"];
export type FollowUpNote = Schemas["FollowUpNote"];
export type FollowUpEnding = Schemas["FollowUpClosing"];
export type ContactAttempt = Schemas["ContactAttempt"];
export type ContactOutcome = NonNullable<ContactAttempt["outcome"]>;
export type Response = Schemas["Responding"];
export type Disposition = Schemas["Disposition"];
export type Ending = Schemas["Ending"];
export type FalseCause = Schemas["FalseCause"];
export type HelpAtHand = Schemas["HelpAtHandView"];
export type OnDutyPerson = Schemas["OnDutyPersonView"];
export type Story = Schemas["IncidentExplanation"];
export type MapBase = Schemas["MapView"];
export type Board = Schemas["BoardView"];
export type BoardPlace = Schemas["PlaceView"];
export type Wall = Schemas["WallView"];
export type Whereabouts = Schemas["WhereaboutsView"];
export type ListedRecipient = Schemas["ListedRecipient"];
export type ListedDevice = Schemas["ListedDeviceView"];
export type RecipientBody = Schemas["NewRecipient"];
export type RecipientPatch = Partial<Schemas["RecipientChanges"]>;
export type EndedReason = NonNullable<RecipientPatch["ended_reason"]>;
export type Mode = Schemas["ModeView"];
export type ModeName = Schemas["Mode"];
export type ModeRule = Schemas["ModeRule"];
export type SettingRule = Schemas["SettingRule"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type ContactList = Schemas["ContactList"];
export type PrintedPerson = Schemas["PrintedPerson"];
export type RecipientFile = Closed<Schemas["RecipientFile"], { care_notes: CareNotes }>;

/** Rosters and policies, as a supervisor reads and writes them. */
export type RosterEntry = Schemas["RosterEntryView"];
export type RosterBody = Schemas["WrittenRoster"];
export type RosterRole = RosterBody["role"];
export type Override = Schemas["OverrideView"];
export type OverrideBody = Schemas["Override"];
export type SwapBody = Schemas["Swap"];
export type DutyCalendar = Schemas["DutyCalendarView"];
export type DutyHours = Schemas["DutyHoursView"];
export type DutyGap = Schemas["DutyGapView"];
export type DutyDay = Schemas["DutyDayView"];
export type DayKind = DutyDay["kind"];
export type GapAhead = Schemas["GapView"];
export type UnreachableDuty = Schemas["UnreachableDutyView"];
export type OnDutyAt = Schemas["DutyView"];
export type Policy = Schemas["PolicyView"];
export type PolicyBody = Schemas["Policy"];
export type PolicyChoice = Schemas["PolicyChoiceView"];
export type RunningIncident = Schemas["RunningIncidentView"];
export type DryRun = Schemas["DryRunView"];
export type User = Schemas["UserView"];
export type ApiKey = Schemas["ApiKeyView"];
export type ApiKeyBody = Schemas["WrittenApiKey"];
export type CreatedApiKey = Schemas["CreatedApiKey"];
export type UserBody = Schemas["WrittenUser"];
/** What is named changes; the contract's defaults are not sent, though its type knows them. */
export type WholeUserChanges = Schemas["UserChanges"];
export type UserChanges = Partial<WholeUserChanges>;

/** What a rescuer must know; written through `CareNotes` of the contract, read back as the file holds it. */
export type CareNotes = Partial<Schemas["CareNotes"]>;

/** A page of a list. */
export interface Page<Entry> {
  items: Entry[];
  next?: string | null;
}

/** What the generated shape of an answer is called here. */
export type Told<Body> = Body extends Schemas["IncidentFile"]
  ? IncidentDetail
  : Body extends Schemas["IncidentView"]
    ? Incident
    : Body extends Schemas["RecipientFile"]
      ? RecipientFile
      : Body extends Schemas["CallerLookupView"]
        ? Body
        : Body extends { items: (infer Entry)[] }
          ? Page<Told<Entry>>
          : Body;

/** RFC 9457, with the hub's own code and, on 409, whoever was first. */
export type Problem = Schemas["ProblemDocument"];

/** Reports: figures of a month or of any stretch; of a shift, its incidents too. */
export type Report = Schemas["Report"];
export type ShiftReport = Schemas["ShiftReport"];
export type Share = Schemas["Share"];
export type PlaceFigures = Schemas["PlaceFigures"];
export type CodeCount = Schemas["CodeCount"];
export type IncidentLine = Schemas["IncidentLine"];
export type DutyShift = Schemas["DutyShiftView"];

/** Scripts: what to do, in versions, as one incident shows it, and what is different for one person. */
export type Script = Schemas["ScriptView"];
export type ScriptVersion = Schemas["ScriptVersionView"];
export type ScriptStep = Schemas["ScriptStepView"];
export type ScriptAction = Schemas["ScriptAction"];
export type IncidentScript = Schemas["IncidentScriptView"];
export type ShownStep = Schemas["ShownScriptStepView"];
export type RecipientScript = Schemas["RecipientScriptView"];
export type ScriptAddition = Schemas["AdditionView"];
export type Spoken = Schemas["SpokenView"];

/** Calls to the desk: who may be calling, and what became of each. */
export type Call = Schemas["CallView"];
export type NewCall = Schemas["NewCall"];
export type CallAnswer = Schemas["CallAnswer"];
export type CallPurpose = NewCall["purpose"];
export type CallerLookup = Schemas["CallerLookupView"];
export type CallerMatch = Schemas["CallerMatchView"];
export type CallerIncident = Schemas["CallerIncidentView"];
