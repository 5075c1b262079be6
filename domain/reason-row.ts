import type { SessionStatus } from './session.ts';

/** Who can move a session on. `nobody`: it moves by itself. */
export type ReasonActor = 'nobody' | 'customer' | 'developer' | 'admin' | 'app';

/**
 * Why a session is in a status. One code may have several rows, for different statuses.
 * Texts may hold `{fact|fallback}`: the fact when it is known, else the fallback.
 */
export interface ReasonRow {
  readonly code: string;
  /** The statuses that this row explains. */
  readonly statuses: readonly SessionStatus[];
  /** One sentence for people who do not know the system. */
  readonly meaning: string;
  /** What usually leads to it. */
  readonly causes: readonly string[];
  readonly who: ReasonActor;
  /** The API call and CLI command that unblock it; null when there is none. */
  readonly call: string | null;
  /** A clause: what happens if nobody does anything. */
  readonly otherwise: string;
  /** A clause: what the session does, waits for, or stopped at. */
  readonly sentence: string;
}

/** The calls that the rows name: one place, so that a renamed route is changed once. */
export const unblocking = {
  retry: 'POST /api/sessions/{id|:id}/retry (tributary session retry {id|ID})',
  skip: 'POST /api/sessions/{id|:id}/retry or .../skip (tributary session retry {id|ID}, tributary session skip {id|ID})',
  authorize:
    'POST /api/connections/{connectionId|:id}/authorize (tributary connection authorize {connectionId|ID}), which says where to do it',
  credentials:
    'POST /api/connections/{connectionId|:id}/credentials (tributary connection credentials {connectionId|ID} --secret-file FILE)',
  finalize: 'POST /api/sessions/{id|:id}/proceed (tributary session proceed {id|ID})',
  recover:
    'POST /api/connections/{connectionId|:id}/recover (tributary connection recover {connectionId|ID} --to STARTED --note WHY)',
  resume: 'POST /api/connections/{connectionId|:id}/resume (tributary connection resume {connectionId|ID})',
  connect: 'POST /api/connections (tributary connect)',
} as const;
