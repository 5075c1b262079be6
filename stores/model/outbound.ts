import type { Actor } from '../../domain/contracts.ts';
import type { OutboundFilter, OutboundType } from '../../domain/outbound.ts';
import type { Sealed } from '../../platform/crypto.ts';

/** How far a connection was read for events: everything before is told, or concerns nobody. */
export interface OutboundPlace {
  /** Every session up to this number is read to its end. */
  readonly session: number;
  /** Timeline entries of the one after it that are read. */
  readonly seq: number;
  /** At this step its decision window was over and that was told; 0: it was not. */
  readonly windowOver: number;
  /** Every lifecycle procedure up to this number is read. */
  readonly procedure: number;
  /** Every generation up to this one is read: whether it was disconnected. */
  readonly generation: number;
  /** The newest revocation that was read: when it was. */
  readonly deauthorizedAt: string | null;
}

/** One event of a connection. `_id` is `<connectionId>/<sequence>`. */
export interface OutboundDoc {
  readonly _id: string;
  readonly connectionId: string;
  readonly sequence: number;
  /** `<sessionId>/<seq>/<type>`, or that of the connection's own event. */
  readonly source: string;
  readonly type: OutboundType;
  readonly company: string;
  readonly app: string;
  readonly sessionId: string | null;
  readonly code: number | null;
  readonly reason: string | null;
  readonly counts: Readonly<Record<string, number>>;
  /** Id of the document in `events` that has the link to authorize again; null: there is none. */
  readonly linkOf: string | null;
  readonly at: Date;
  /** When it was written here. */
  readonly foundAt: Date;
  /** Where reading goes on after it. */
  readonly after: OutboundPlace;
}

/** Where the events of a connection stand. `_id` is the connection. */
export interface OutboundFeedDoc {
  readonly _id: string;
  /** Sequence of the newest event; 0: none. */
  readonly last: number;
  /** Events up to this one were old, and are deleted. */
  readonly deletedThrough: number;
  readonly place: OutboundPlace;
  readonly seq: number;
  readonly updatedAt: Date;
}

/** A secret that signs. */
export interface SubscriptionSecret {
  readonly id: string;
  readonly secret: Sealed;
  readonly createdAt: Date;
  /** It signs until then beside the newer one; null: until it is rotated. */
  readonly expiresAt: Date | null;
}

/** Who is told of what. */
export interface SubscriptionDoc extends OutboundFilter {
  readonly _id: string;
  readonly url: string;
  readonly note: string | null;
  /** Newest first. */
  readonly secrets: readonly SubscriptionSecret[];
  readonly enabled: boolean;
  /** Why it is disabled, for people; null: it is enabled. */
  readonly disabledReason: string | null;
  readonly disabledAt: Date | null;
  /** The first failure since the last success; null: the last attempt arrived. */
  readonly failingSince: Date | null;
  /** Events that happened before are not told. */
  readonly since: Date;
  /** Raised when something is to be sent again, or at once. */
  readonly wakes: number;
  readonly createdBy: Actor;
  readonly createdAt: Date;
  readonly seq: number;
  readonly updatedAt: Date;
}

/** An event that is being tried. */
export interface Trying {
  readonly sequence: number;
  readonly attempts: number;
  readonly firstAt: Date;
  readonly dueAt: Date;
}

/** How far one subscription is with one connection. `_id` is `<subscriptionId>/<connectionId>`. */
export interface OutboundQueueDoc {
  readonly _id: string;
  /** Sequence of the event whose turn it is. */
  readonly next: number;
  /** How often that one failed; null: not tried yet. */
  readonly trying: Trying | null;
  /** Events that are sent again because somebody asked; each on its own, beside the order. */
  readonly again: readonly Trying[];
  /** Events that were given up and not asked for again, the newest 1000. */
  readonly failed: readonly { readonly sequence: number; readonly at: Date }[];
  readonly seq: number;
  readonly updatedAt: Date;
}

/** One attempt to deliver. */
export interface DeliveryAttempt {
  readonly at: Date;
  readonly durationMs: number;
  /** HTTP status; null: there was no answer. */
  readonly status: number | null;
  /** Beginning of the answer. */
  readonly excerpt: string;
  /** Why it counts as failed, in words; null: it arrived. */
  readonly error: string | null;
}

/** What became of one event at one subscription. `_id` is `<subscriptionId>/<connectionId>/<sequence>`. */
export interface EventDeliveryDoc {
  readonly _id: string;
  readonly subscriptionId: string;
  readonly connectionId: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly source: string;
  readonly type: OutboundType;
  readonly status: 'delivered' | 'waiting' | 'failed';
  /** The newest 20; `attempts` counts all. */
  readonly log: readonly DeliveryAttempt[];
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly at: Date;
}
