import type { JsonObject } from '../../domain/json.ts';
import type { Sealed } from '../../platform/crypto.ts';
import type { DriftPolicy, ResourceSetting } from './connections.ts';

/** What came from outside and cannot be asked for again; stored before anyone is told. */
export interface InboxDoc {
  /** `<kind>/<connectionId>/<id of the event>`: the same thing told twice is one entry. */
  readonly _id: string;
  readonly connectionId: string;
  readonly generation: number;
  /** `draft`: credentials that a lifecycle procedure tries; no session takes them. */
  readonly kind: 'opened' | 'callback' | 'credentials' | 'webhook' | 'revoked' | 'draft';
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
  readonly type:
    | 'Deauthorized'
    | 'GrantExpiring'
    | 'Suspended'
    | 'Resumed'
    | 'AutoPauseWarning'
    | 'SyncNeedsAttention'
    | 'QuarantineExpiring'
    | 'SpaceReclaimed';
  readonly connectionId: string;
  readonly company: string;
  readonly app: string;
  readonly sessionId: string | null;
  readonly at: Date;
  /** Id of the link by which the customer authorizes again. */
  readonly connectLink: string | null;
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
