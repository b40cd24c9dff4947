export { MAX_BLOCK_COUNT } from "../firmware/wire/constants.js";
export type {
  EchoOutcome,
  EchoPattern,
  EchoQuestion,
  EchoResult,
  LinkTestOutcome,
  LinkTestQuestion,
  LinkTestResult,
} from "./cable-calls.js";
export type { CardIdentity } from "./card-identity.js";
export type { CardReport, ReportedLink } from "./card-report.js";
export type { CardRole, CardStatus, LinkStatus, ListedMember, Member, RouteStatus } from "./card-status.js";
export { type ConnectOptions, connect } from "./connect.js";
export { type ConnectNatsOptions, connectNats } from "./connect-nats.js";
export type { MirrorRecord } from "./daemon/mirror-layout.js";
export { type NotReadyReason, SequenceError, type SequenceErrorCode } from "./errors.js";
export type { Cable, FabricSurvey } from "./fabric-survey.js";
export { defaultVotes, type Initialisation } from "./initialisation.js";
export { readLatest } from "./latest-number.js";
export {
  type AddOptions,
  addMember,
  type MemberChangeOptions,
  type MemberChangeResult,
  type MemberProgress,
  removeMember,
  replaceMember,
} from "./member-changes.js";
export { newestOfMirror, readMirror } from "./mirror-reader.js";
export { type OpenOptions, open } from "./open.js";
export type { Handover, MemberListChange } from "./planned-change.js";
export { type LikelyPort, listPorts } from "./ports.js";
export {
  carryOutRecovery,
  type FoundingOptions,
  type RecoveryPort,
  type RecoveryProgress,
  readForRecovery,
  waitForFounding,
} from "./recovery.js";
export {
  type KnownNumber,
  planRecovery,
  RECOVERY_WINDOW,
  type RecoveryCard,
  type RecoveryOptions,
  type RecoveryPlan,
  type RecoveryReading,
} from "./recovery-plan.js";
export type { FabricState } from "./refusals.js";
export type {
  HostCounters,
  NextSyncOptions,
  NumberBlock,
  Sequence,
  WaitForReadyOptions,
} from "./sequence.js";
export type { SequenceEvents } from "./sequence-events.js";
export type { View, ViewChange } from "./view.js";
export type { ViewReason } from "./view-reason.js";
