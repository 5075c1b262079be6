/** What a destination lets be asked of it in a calendar month (UTC), and what happens when a run would need more. */
export interface DestinationQuota {
  readonly requestsPerMonth: number;
  readonly over: 'refuse' | 'warn';
}

/** What a run would need of its destination. */
export interface SyncBudget {
  /** Rows to deliver. */
  readonly rows: number;
  /** Requests that they need. */
  readonly calls: number;
  /** What that takes at the destination's limit at least; null where it has none. */
  readonly atLeastMs: number | null;
  /** Null where none is set. */
  readonly quota: {
    readonly requestsPerMonth: number;
    readonly used: number;
    readonly left: number;
    /** Share of the month's quota that the run needs: 0.25 is a quarter. */
    readonly share: number;
    readonly over: DestinationQuota['over'];
  } | null;
  /** It needs more than is left. */
  readonly exceeds: boolean;
}

/** From what a budget is computed. */
export interface BudgetOf {
  readonly rows: number;
  readonly rowsPerRequest: number;
  readonly requestsPerSecond: number | null;
  readonly quota: DestinationQuota | null;
  /** Requests of this month so far. */
  readonly used: number;
}

/** Requests that rows need. */
export const callsFor = (rows: number, rowsPerRequest: number): number =>
  Math.ceil(rows / Math.max(1, rowsPerRequest));

/** Computes what a run would need. Pure. */
export function budgetOf({ rows, rowsPerRequest, requestsPerSecond, quota, used }: BudgetOf): SyncBudget {
  const calls = callsFor(rows, rowsPerRequest);
  const atLeastMs = requestsPerSecond === null ? null : Math.ceil((calls / requestsPerSecond) * 1000);
  if (quota === null) return { rows, calls, atLeastMs, quota: null, exceeds: false };
  const { requestsPerMonth, over } = quota;
  const left = Math.max(0, requestsPerMonth - used);
  const share = Math.round((calls / requestsPerMonth) * 1000) / 1000;
  return {
    rows,
    calls,
    atLeastMs,
    quota: { requestsPerMonth, used, left, share, over },
    exceeds: calls > left,
  };
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** What a run needs, and whether there is as much, in a sentence. */
export const budgetSentence = ({ rows, calls, quota }: SyncBudget): string =>
  quota === null
    ? `For ${counted(rows, 'row')} it takes ${counted(calls, 'request')}.`
    : `For ${counted(rows, 'row')} it takes ${counted(calls, 'request')}; ${quota.left} of the ${quota.requestsPerMonth} of this month are left.`;
