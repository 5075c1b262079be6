import type { Actor, Scope, StatusStep } from '../domain/contracts.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { ReasonCode } from '../domain/reasons.ts';
import type { SessionStatus, Substage, SubstageStatus } from '../domain/session.ts';
import type { Sealed } from '../platform/crypto.ts';

/** The documents of the store, collection by collection. docs/data-model.md says the same for readers. */

export interface CompanyDoc {
  readonly _id: string;
  readonly name: string;
  readonly createdAt: Date;
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
}

/** What is done when the rows of a resource get other fields. */
export type DriftPolicy = 'ignore' | 'propagate' | 'pause';

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
  /** `connect` in one call: finalize by itself as soon as the session reaches 9. */
  readonly unattended: boolean;
  /** Number of the newest session, and of the newest one that is visible in the change feed; 0 before the first. */
  readonly latestSession: number;
  readonly sealedSession: number;
  /** Raised by one with every write that must not be lost; compare-and-set goes by (_id, seq). */
  readonly seq: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface SubstageState {
  readonly status: SubstageStatus;
  readonly reason?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly counts?: Readonly<Record<string, number>>;
}

export interface SessionDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  readonly number: number;
  readonly generation: number;
  /** Every run of the workflow that worked on it, first one first. */
  readonly runIds: readonly string[];
  readonly openedBy: Actor;
  readonly scope: Scope;
  readonly resources: readonly string[];
  readonly status: SessionStatus | null;
  readonly reason: ReasonCode | null;
  /** What there is to say beside the reason: failed resources, the error's own words (at most 1 KB). */
  readonly detail: string | null;
  readonly failedResources: readonly string[];
  readonly since: Date;
  /** The number of status writes so far; compare-and-set goes by (_id, seq). */
  readonly seq: number;
  readonly held: 'CONNECTION_PAUSED' | null;
  /** When what it waits for runs out (consent link, webhook, decision window). */
  readonly until: Date | null;
  readonly substages: Readonly<Partial<Record<Substage, SubstageState>>>;
  readonly webhookPending: boolean;
  readonly openedAt: Date;
  /** Set when the run ended; in an error status it can still be continued unless `closedBy` is `canceled`. */
  readonly closedAt: Date | null;
  readonly closedBy: 'synced' | 'deauthorized' | 'disconnected' | 'window' | 'canceled' | null;
}

/** `_id` is `<sessionId>/<seq>`. */
export interface TimelineDoc extends Omit<StatusStep, 'at'> {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
  readonly at: Date;
}

/** What came from outside and cannot be asked for again; stored before anyone is told. */
export interface InboxDoc {
  /** `<kind>/<connectionId>/<id of the event>`: the same thing told twice is one entry. */
  readonly _id: string;
  readonly connectionId: string;
  readonly generation: number;
  readonly kind: 'opened' | 'callback' | 'credentials' | 'webhook' | 'revoked';
  /** Of a webhook: what the app calls it, and what that means to us. */
  readonly event?: string;
  readonly meaning?: 'load' | 'failed' | 'revoked' | 'ignore';
  readonly resource?: string;
  /** By the app's clock. */
  readonly occurredAt?: Date;
  readonly account?: string;
  readonly payload: Sealed | null;
  /** 0 until it is claimed; compare-and-set goes by (_id, seq). */
  readonly seq: number;
  readonly receivedAt: Date;
  /** When the dispatcher told the session; null: tell again. */
  readonly toldAt: Date | null;
  readonly claimedBy: string | null;
  readonly claimedAt: Date | null;
  /** A later one of the same resource was taken before it. */
  readonly outOfOrder?: boolean;
  /** Since when somebody could have taken it; a paused connection cannot. */
  readonly waitingSince: Date;
  /** Why no session will take it. */
  readonly outcome: 'ignored' | 'expired' | 'superseded' | null;
  readonly endedAt: Date | null;
}

/** One open consent link. `_id` is the state value; single use. */
export interface ConsentDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly generation: number;
  readonly sessionId: string;
  readonly codeVerifier: Sealed;
  /** What the code was exchanged for, until the grant is stored: a code is exchanged only once. */
  readonly exchanged?: Sealed;
  readonly url: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The connect link that it was made for. */
  readonly connectLink?: string;
}

/** A link by which a customer connects, or authorizes again, without a token. `_id` is random; what is sent is signed. */
export interface ConnectLinkDoc {
  readonly _id: string;
  readonly company: { readonly id: string; readonly name: string };
  readonly app: string;
  readonly connectionId: string;
  /** The generation that it is for: the present one, or the one that it makes. It leads to no other. */
  readonly generation: number;
  /** What a connection that is not there yet is made with. */
  readonly settings: ConnectSettings;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  /** The session that its last answer went to; null until then. The link ends when that one was authorized. */
  readonly sessionId: string | null;
  /** Inbox entry of the credentials that were given on its page. */
  readonly answer: string | null;
}

/** What `connect` may say of a connection. */
export interface ConnectSettings {
  readonly resources?: readonly ResourceSettingInput[];
  readonly historyStart?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly driftPolicy: DriftPolicy;
  readonly pool: string;
  readonly timeZone: string;
  readonly unattended: boolean;
}

/** A resource to load: its id, or with more. */
export type ResourceSettingInput = string | Omit<ResourceSetting, 'enabled'>;

/** Something that others want to know. `_id` is made from what happened: the same thing is one event. */
export interface EventDoc {
  readonly _id: string;
  readonly type: 'Deauthorized' | 'GrantExpiring';
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  readonly sessionId: string | null;
  readonly at: Date;
  readonly data: JsonObject;
}

/** Tokens or credentials of a connection. `_id` is `<connectionId>/<generation>`. */
export interface GrantDoc {
  readonly _id: string;
  readonly account: string;
  readonly secret: Sealed;
  readonly expiresAt: Date | null;
  /** When it ends for good unless a person authorizes again: the refresh token's end, or a token's that has none. */
  readonly endsAt: Date | null;
  /** Raised with every change; a refresh holds the lease by compare-and-set on (_id, seq). */
  readonly seq: number;
  readonly leasedUntil: Date | null;
  readonly updatedAt: Date;
}

/** How far loading is. `_id` is `<sessionId>/<resource>`. The truth for resume. */
export interface CheckpointDoc {
  readonly _id: string;
  readonly batches: number;
  readonly rows: number;
  readonly bytes: number;
  /** Where the next page starts; null before the first and after the last page. */
  readonly next: JsonValue;
  /** The greatest cursor value among the rows so far. */
  readonly cursor: string | null;
  readonly total: number | null;
  readonly done: boolean;
  readonly lastBatchAt: Date;
  readonly startedAt: Date;
  /** What is read; the same until the resource is done, whatever is configured meanwhile. */
  readonly read: ReadPlan;
}

/** What one session reads of a resource. Values of the cursor field, or ISO 8601 times. */
export interface ReadPlan {
  /** `full`: all there is. `changes`: what changed since. `range`: a backfill. `hooks`: rows that webhooks brought. */
  readonly kind: 'full' | 'changes' | 'range' | 'hooks';
  /** Told to the app. */
  readonly since: string | null;
  readonly until: string | null;
  /** Rows before it are passed over. */
  readonly from: string | null;
  /** Rows from it on are passed over. */
  readonly to: string | null;
}

/** Rows as they came. `_id` is `<sessionId>/<resource>/<number>`, numbers from 0; written once. */
export interface BatchDoc {
  readonly _id: string;
  readonly attempt: number;
  readonly rowCount: number;
  /** Each row is stored as JSON text; the repository reads and writes values. */
  readonly rows: readonly JsonValue[];
  readonly bytes: number;
  /** Rows that were read and passed over: outside of what the session reads. */
  readonly filtered: number;
  readonly next: JsonValue;
  readonly cursor: string | null;
  readonly total: number | null;
  readonly last: boolean;
  readonly storedAt: Date;
}

/** The last requests and answers of a resource in a session. `_id` is `<sessionId>/<resource>`. Kept for 7 days. */
export interface ExchangesDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly exchanges: readonly StoredExchange[];
  readonly updatedAt: Date;
}

/** One request and its answer, safe to show. */
export interface StoredExchange {
  readonly at: Date;
  readonly method: string;
  readonly url: string;
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytes: number | null;
  /** List of name and value: a name may have a dot. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly rows: number | null;
  /** As JSON text. */
  readonly page: string | null;
  readonly excerpt: string | null;
  readonly error: string | null;
  /** Where its first row is stored; null when it brought none. */
  readonly firstRow: Place | null;
}

/** What a field of the rows looked like. */
export interface FieldStat {
  readonly name: string;
  /** Names of the JSON types it had: null, boolean, integer, number, string, object, array. */
  readonly types: readonly string[];
  /** Rows that had it. */
  readonly rows: number;
}

/** What the rows of a session looked like; of more than a thousand fields the first ones. */
export interface FieldsSeen {
  readonly rows: number;
  readonly stats: readonly FieldStat[];
}

/** The fields that a resource's rows had so far. `_id` is `<connectionId>/<generation>/<resource>`. */
export interface LearnedSchemaDoc {
  readonly _id: string;
  readonly fields: readonly {
    readonly name: string;
    readonly types: readonly string[];
    /** Every row so far had it. */
    readonly required: boolean;
  }[];
  readonly sessionId: string;
  readonly at: Date;
}

/** How the fields of a session's rows differ from those of the sessions before. */
export interface Drift {
  readonly class: 'none' | 'additive' | 'breaking';
  readonly added: readonly string[];
  /** Fields that every row had, and now none. */
  readonly removed: readonly string[];
  readonly retyped: readonly string[];
}

/**
 * What a session took away: a deleted object. One collection for each connection, generation and resource, `_id` is
 * the key. An older version of the object that comes later does not bring it back.
 */
export interface TombstoneDoc {
  readonly _id: string;
  readonly cursor: string | null;
  readonly sessionId: string;
  /** The row by which it was counted; null when there was no record to remove. */
  readonly countedAt: Place | null;
  /** The removed record as it was before the session, until the session's resource is complete. */
  readonly record: RecordDoc | null;
}

/** One resource's part of one session (document 002). `_id` is `<sessionId>/<resource>`. */
export interface IngestionRunDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
  readonly resource: string;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELED' | 'NOT_FOUND';
  /** Fingerprint of the resource's definition that the merged batches were read by. */
  readonly definition: string;
  readonly ledger: Ledger;
  /** Batches that are merged and whose change document is written. */
  readonly mergedBatches: number;
  readonly nulls: Readonly<Record<string, number>>;
  /** Greatest value of the freshness field among the rows. */
  readonly newest: string | null;
  readonly bytes: number;
  /** What the rows looked like, and how that differs from earlier sessions; null until it is known. */
  readonly fields: FieldsSeen;
  readonly drift: Drift | null;
  readonly reason: string | null;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

/** Place of a row: batch number and index in it. */
export type Place = readonly [batch: number, index: number];

/** The current state of one object. `_id` is its key. One collection for each connection, generation and resource. */
export interface RecordDoc {
  readonly _id: string;
  readonly data: JsonObject;
  /** SHA-256 of the data in canonical form, base64. */
  readonly fingerprint: string;
  readonly cursor: string | null;
  readonly createdIn: string;
  readonly changedIn: string;
  /** The row that this key was counted by in `changedIn`; a repeated merge counts it the same way. */
  readonly countedAt: Place;
  /** Where the row lies that the data come from: batch id and index. */
  readonly source: readonly [batchId: string, index: number];
  /** Earlier sources, newest first, at most 20. */
  readonly versions: readonly {
    readonly session: string;
    readonly source: readonly [string, number];
    readonly fingerprint: string;
  }[];
  readonly updatedAt: Date;
}

/** A row that we could not take. `_id` is `<sessionId>/<resource>/<batch>/<index>`. */
export interface QuarantineDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly key: string | null;
  readonly reason: 'KEY_MISSING' | 'SCHEMA_MISMATCH' | 'TOO_LARGE' | 'NOT_AN_OBJECT';
  readonly message: string;
  /** Stored as JSON text; the repository reads and writes values. */
  readonly payload: JsonValue;
  readonly at: Date;
}

/** What one merged batch changed. `_id` is `<sessionId>/<resource>/changes/<n>`. */
export interface ChangeDoc {
  readonly _id: string;
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly deleted: readonly string[];
}

/** A sealed session: from this write on its changes are visible. `_id` is the session id. */
export interface FeedDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly number: number;
  /** Change documents that become visible, those of earlier sessions that never were sealed included. */
  readonly parts: readonly {
    readonly sessionId: string;
    readonly resource: string;
    readonly changes: number;
  }[];
  readonly sealedAt: Date;
}

/** The cursor of a resource, committed together with its merge. `_id` is `<connectionId>/<generation>/<resource>`. */
export interface CursorDoc {
  readonly _id: string;
  readonly value: string | null;
  readonly sessionId: string;
  readonly at: Date;
}

/** One monitoring check. `_id` is `<sessionId>/<resource>/<check>`. */
export interface CheckDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
  readonly resource: string;
  readonly check: string;
  readonly method: string;
  readonly severity: 'pass' | 'warn' | 'fail';
  readonly value: number | null;
  readonly expected: string;
  readonly sentence: string;
  readonly at: Date;
}

/** Records that mean one thing. `_id` is `<connectionId>/<generation>/<resource>/<key of the merged record>`. */
export interface MergeDoc {
  readonly _id: string;
  readonly sessionId: string;
  readonly resource: string;
  readonly survivor: string;
  readonly merged: string;
  readonly matchedBy: string;
  /** The merged record as it was: what an undo puts back. */
  readonly record: RecordDoc;
  readonly at: Date;
}

/** What a disconnect deleted. `_id` is `<connectionId>/<generation>`. */
export interface ReceiptDoc {
  readonly _id: string;
  readonly by: Actor;
  readonly at: Date;
  readonly grantRevoked: boolean;
  readonly keptData: boolean;
  readonly collections: readonly { readonly name: string; readonly count: number; readonly hash: string }[];
}

/** A start that made no session. */
export interface SkippedStartDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly reason: string;
  readonly by: Actor;
  readonly at: Date;
}
