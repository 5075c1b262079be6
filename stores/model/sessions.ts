import type { CheckUnit } from '../../domain/checks.ts';
import type { Actor, Scope, StatusStep } from '../../domain/contracts.ts';
import type { ReasonCode } from '../../domain/reasons.ts';
import type { SessionStatus, Substage, SubstageStatus } from '../../domain/session.ts';
import type { FullCap } from '../../domain/slots.ts';

export interface SubstageState {
  readonly status: SubstageStatus;
  readonly reason?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly counts?: Readonly<Record<string, number>>;
}

/** What a session waits for that may not work yet. */
export interface WaitingFor extends FullCap {
  readonly since: Date;
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
  /** Its status is one of work, but it waits until it is its turn: as many work at a time as may. */
  readonly waitingFor?: WaitingFor | null;
  /** When what it waits for runs out (consent link, webhook, decision window). */
  readonly until: Date | null;
  readonly substages: Readonly<Partial<Record<Substage, SubstageState>>>;
  readonly webhookPending: boolean;
  /** Its rows that are in quarantine now, once some left it; missing or null: as its ledger says. */
  readonly quarantineLeft?: number | null;
  readonly openedAt: Date;
  /** Set when the run ended; in an error status it can still be continued unless `closedBy` is `canceled`. */
  readonly closedAt: Date | null;
  readonly closedBy: 'synced' | 'deauthorized' | 'disconnected' | 'window' | 'canceled' | null;
  /** Each time that its decision window was over: at which step, and when. It stays when the session goes on. */
  readonly windowsOver?: readonly { readonly seq: number; readonly at: Date }[];
}

/** `_id` is `<sessionId>/<seq>`. */
export interface TimelineDoc extends Omit<StatusStep, 'at'> {
  readonly _id: string;
  readonly sessionId: string;
  readonly connectionId: string;
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
  /** What `value`, `low` and `high` count; missing in documents of older versions, and so are the next three. */
  readonly unit?: CheckUnit;
  /** Outside of them it does not pass: a person's limit, else what was learned; null: none. */
  readonly low?: number | null;
  readonly high?: number | null;
  /** A fail ends the session in 17. */
  readonly blocks?: boolean;
  readonly expected: string;
  readonly sentence: string;
  readonly at: Date;
}
