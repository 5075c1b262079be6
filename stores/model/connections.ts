import type { Actor } from '../../domain/contracts.ts';
import type { Sealed } from '../../platform/crypto.ts';

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
