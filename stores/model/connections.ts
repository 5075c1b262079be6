import type { CheckSettings } from '../../domain/checks.ts';
import type { Actor } from '../../domain/contracts.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { ProcedureResult, RunningProcedure } from '../../domain/lifecycle.ts';
import type { ConnectionSchedule, IngestionConfiguration } from '../../domain/schedule.ts';
import type { Substage } from '../../domain/session.ts';
import type { Sealed } from '../../platform/crypto.ts';

export interface CompanyDoc {
  readonly _id: string;
  readonly name: string;
  readonly createdAt: Date;
  /** The newest deletion; absent before the first, and once the company was made again. */
  readonly deletion?: CompanyDeletion;
  /** How many deletions were begun; absent before the first. */
  readonly deletions?: number;
  /** Records of its connections of one app are compared with each other; missing: no. */
  readonly deduplicateAcrossConnections?: boolean;
}

/** A company that is being deleted, or was. */
export interface CompanyDeletion {
  readonly number: number;
  readonly by: Actor;
  readonly at: Date;
  readonly keepData: boolean;
  /** Null while its connections are being disconnected. */
  readonly endedAt: Date | null;
}

/** Address and client of an app, as the owner of this installation has them. */
export interface AppDoc {
  readonly _id: string;
  /** Null where the definition names the address itself. */
  readonly baseUrl: string | null;
  readonly clientId?: string;
  readonly clientSecret?: Sealed;
  /** In the place of the definition's. */
  readonly scopes?: readonly string[];
  /** Of the app's webhooks, newest first; all of them are accepted. */
  readonly webhookSecrets?: readonly WebhookSecret[];
  readonly updatedAt: Date;
}

/** A secret that signs webhooks. */
export interface WebhookSecret {
  readonly id: string;
  readonly secret: Sealed;
  readonly createdAt: Date;
}

export interface ResourceSetting {
  readonly id: string;
  readonly enabled: boolean;
  /** The first read begins here: an ISO 8601 time. */
  readonly historyStart?: string;
  /** Beside the definition's own. */
  readonly fields?: {
    readonly only?: readonly string[];
    readonly drop?: readonly string[];
    readonly hash?: readonly string[];
  };
  /** How it is ingested; missing: by `defaultConfiguration` (domain/schedule.ts). */
  readonly configurations?: readonly IngestionConfiguration[];
}

/** A prerequisite of the app that a person said is done. */
export interface PrerequisiteMark {
  readonly done: boolean;
  readonly by: Actor;
  readonly at: Date;
}

/** Settings of a connection that override the installation's. */
export interface ConnectionThresholds {
  /** Share of a resource's rows in quarantine above which structuring fails, 0 to 1. */
  readonly quarantineShare?: number;
  /** Up to so many rows in quarantine never fail structuring, unless they are all. */
  readonly quarantineFloorRows?: number;
}

/** When a connection that keeps failing is paused by itself: both must hold. */
export interface AutoPause {
  readonly failures: number;
  readonly days: number;
}

/** Sessions that entered an error status since the last success. */
export interface Failing {
  readonly count: number;
  /** When the first of them did; null when there is none. */
  readonly since: Date | null;
  /** The step that was counted last: the session's number and its seq. A step is counted once. */
  readonly session: number;
  readonly seq: number;
}

/** Why a connection was paused by itself. */
export interface AutoPaused {
  readonly at: Date;
  readonly failures: number;
  readonly since: Date;
}

/** What is done when the rows of a resource get other fields. */
export type DriftPolicy = 'ignore' | 'propagate' | 'pause';

/** Rows in quarantine that are discarded soon if nobody looks at them. */
export interface ExpiringRows {
  readonly resource: string;
  /** Null: rows of sessions. */
  readonly syncId: string | null;
  readonly rows: number;
  /** When the first of them goes. */
  readonly at: Date;
}

export interface ConnectionDoc {
  readonly _id: string;
  readonly company: string;
  readonly app: string;
  readonly generation: number;
  readonly status: 'CONFIGURING' | 'STARTING' | 'STARTED' | 'PAUSING' | 'PAUSED' | 'ERROR' | 'DISCONNECTED';
  readonly configurationStatus: 'INSTALLED' | 'PREREQUISITES_DONE' | 'CONFIGURED' | 'CONNECTED' | 'FINALIZED';
  /** 8 from a revocation until a session reaches 9; 26 from disconnect until connect again. */
  readonly ownCode: 8 | 26 | null;
  readonly ownCodeSince: Date | null;
  readonly authorized: boolean;
  /** The app's account that was authorized first in this generation; another one is refused. */
  readonly account: string | null;
  readonly pool: string;
  readonly sink: string;
  readonly timeZone: string;
  readonly deduplication: boolean;
  readonly driftPolicy: DriftPolicy;
  /** What the definition's addresses need of this connection (`{connection.<name>}`). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of its webhooks, newest first; all of them are accepted. */
  readonly webhookSecrets: readonly WebhookSecret[];
  /** 32 random bytes (base64) by which fields are hashed; made when one is hashed first. */
  readonly hashKey?: Sealed;
  readonly resources: readonly ResourceSetting[];
  /** By the id of the definition's prerequisite; missing: none is marked. */
  readonly prerequisites?: Readonly<Record<string, PrerequisiteMark>>;
  /** What the definition's `finalization` asks for. */
  readonly properties?: JsonObject;
  /** Missing: MANUAL. */
  readonly schedule?: ConnectionSchedule;
  /** Days that raw batches are kept; missing: the installation's setting. */
  readonly retentionDays?: number;
  readonly substagesOff?: readonly Substage[];
  readonly thresholds?: ConnectionThresholds;
  /** What a person wants of monitoring; missing: every check only tells. */
  readonly checks?: CheckSettings;
  /** Missing: the installation's setting; null: never. */
  readonly autoPause?: AutoPause | null;
  /** Sessions that ended in an error status since the last success; missing or null: the last one succeeded. */
  readonly failing?: Failing | null;
  /** Set when it was paused by itself, until it is STARTED again. */
  readonly autoPaused?: AutoPaused | null;
  /** Rows in quarantine that go soon, as they were when somebody looked last; missing: none. */
  readonly expiring?: readonly ExpiringRows[];
  /** Number of the newest session up to which raw batches were deleted; missing: of none. */
  readonly rawDeletedThrough?: number;
  /** When records lost their references to deleted raw batches last, and up to which session; missing: never. */
  readonly revisionsTrimmed?: { readonly through: number; readonly at: Date };
  /** `connect` in one call: finalize by itself as soon as the session reaches 9. */
  readonly unattended: boolean;
  /** Number of the newest session, and of the newest one that is visible in the change feed; 0 before the first. */
  readonly latestSession: number;
  readonly sealedSession: number;
  /** Raised by one with every write that must not be lost; compare-and-set goes by (_id, seq). */
  readonly seq: number;
  /** Number of the lifecycle procedure that may write; a greater one takes over. Missing: 0, none has begun. */
  readonly fence?: number;
  /** Why it is in ERROR. */
  readonly errorReason?: string | null;
  /** When each field got its present value; missing: when the connection was made. */
  readonly changedAt?: Readonly<Record<string, Date>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What a person was shown and may have done once. `_id` is the SHA-256 (hex) of the token. */
export interface PlanDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly generation: number;
  /** In which the connection was. */
  readonly status: ConnectionDoc['status'];
  readonly procedure: string;
  /** SHA-256 (hex) of the arguments as canonical JSON. */
  readonly argumentsHash: string;
  readonly by: Actor;
  readonly expiresAt: Date;
  /** 1 once it was used. */
  readonly uses: number;
}

/** One call of a lifecycle procedure. `_id` is `<connectionId>/<number>`. */
export interface ProcedureDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly number: number;
  readonly generation: number;
  readonly name: RunningProcedure;
  readonly by: Actor;
  readonly note: string | null;
  /** Without secrets: credentials lie sealed in the inbox as `draft/<connectionId>/<number>` until it has ended. */
  readonly arguments: JsonObject;
  readonly startedAt: Date;
  /** When each step was taken. */
  readonly steps: Readonly<Record<string, Date>>;
  readonly answer: ProcedureResult | null;
  readonly endedAt: Date | null;
}

/** Schedules of the engine that a generation has, or had a moment ago. `_id` is `<connectionId>/<generation>`. */
export interface SchedulesDoc {
  readonly _id: string;
  readonly ids: readonly string[];
  /** Fingerprint of how they were when the engine had them last; missing: not known. */
  readonly applied?: string;
  readonly seq: number;
}

/** What became of one collection, or of fields in it. */
export interface ReceiptEntry {
  readonly name: string;
  /** `cleared`: fields of documents that stay. */
  readonly outcome: 'deleted' | 'cleared' | 'kept';
  readonly count: number;
  /** SHA-256 (hex) over the sorted ids, a line each; of kept documents over each as Extended JSON, in that order. */
  readonly hash: string;
}

/** What a disconnect deleted. `_id` is `<connectionId>/<generation>`. */
export interface ReceiptDoc {
  readonly _id: string;
  readonly by: Actor;
  readonly at: Date;
  readonly grantRevoked: boolean;
  readonly keptData: boolean;
  /** The resources that were looked for. */
  readonly resources: readonly string[];
  readonly collections: readonly ReceiptEntry[];
  /** Over everything above, so that a changed receipt is known. */
  readonly signature: string;
  /** What was kept and deleted later. */
  readonly keptDeleted?: KeptDeletion;
}

export interface KeptDeletion {
  readonly by: Actor;
  readonly at: Date;
  readonly collections: readonly ReceiptEntry[];
  readonly signature: string;
}

/** What the deletion of a company came to. `_id` is `<companyId>/<number of the deletion>`. */
export interface CompanyReceiptDoc {
  readonly _id: string;
  readonly by: Actor;
  /** When it was asked for, and when it ended. */
  readonly at: Date;
  readonly endedAt: Date;
  readonly keptData: boolean;
  readonly connections: readonly {
    readonly id: string;
    readonly receiptId: string;
    readonly grantRevoked: boolean;
    /** Documents that were deleted. */
    readonly deleted: number;
  }[];
  /** Connect links of the company that nobody had used. */
  readonly connectLinks: number;
  readonly signature: string;
}

/** A start that made no session. */
export interface SkippedStartDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly reason: string;
  readonly by: Actor;
  readonly at: Date;
}
