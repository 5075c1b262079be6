import type { AlertMessage, AlertTold, Incident } from '../../domain/alerts.ts';

/** Why a message could not be sent. */
export interface AlertFailure {
  /** In words, with what to do. */
  readonly text: string;
  readonly at: Date;
  /** `channel`: nothing can be sent there now. `message`: this one is refused, others are not. */
  readonly of: 'channel' | 'message';
}

/** How far one channel is with an incident. */
export interface AlertDelivery {
  /** The number of the incident that this is of. */
  readonly number: number;
  readonly told: AlertTold;
  /** Messages that were sent of it: the next one's place. */
  readonly sent: number;
  /** Failed attempts since the last message that was sent. */
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly lastError: AlertFailure | null;
  /** Stored before a message is sent: whether it arrived is looked up before it is sent again. */
  readonly sending: { readonly part: number; readonly message: AlertMessage; readonly at: Date } | null;
}

/** An incident with what was told of it. `_id` is the incident: its root cause. */
export interface AlertDoc extends Incident {
  readonly _id: string;
  /** The number of changes so far; compare-and-set goes by (_id, seq). */
  readonly seq: number;
  readonly updatedAt: Date;
  /** By the names of channels, such as `slack`. `told` is what every channel was told. */
  readonly delivery: Readonly<Record<string, AlertDelivery>>;
  /** The last retry that somebody asked for with a button: one for each number and count of occurrences. */
  readonly retried?: {
    readonly by: string;
    readonly at: Date;
    readonly number: number;
    readonly occurrences: number;
  } | null;
  /** Resolved, and everybody was told so. */
  readonly done: boolean;
}
