import type { SessionStatus } from './session.ts';

/** What others are told of, as subscriptions name it. */
export const outboundTypes = [
  'RawData',
  'NormalizedData',
  'ReadyToUseData',
  'Error',
  'Deauthorized',
  'Disconnected',
  'Suspended',
  'Resumed',
] as const;
export type OutboundType = (typeof outboundTypes)[number];

/** Sent only where somebody asks for it, to see whether deliveries arrive. */
export const testEvent = 'Test';

/** What each event tells, for people. */
export const outboundMeanings: Readonly<Record<OutboundType, string>> = {
  RawData: 'All data of the session is loaded.',
  NormalizedData: 'The rows are checked, and merged into the records.',
  ReadyToUseData: 'Processing is done (18); what the session changed is visible to readers (19).',
  Error: 'The session stands still in an error, or nobody decided about it in time (WINDOW_OVER).',
  Deauthorized:
    'The app no longer takes our access: somebody has to authorize again, at the link in the event.',
  Disconnected: 'The connection was disconnected.',
  Suspended: 'The connection was paused.',
  Resumed: 'The paused connection goes on.',
};

/** What a move of a session or of a connection tells others. `connection` ones are told when the move has ended. */
export interface OutboundRow {
  readonly type: OutboundType;
  readonly of: 'session' | 'connection';
  /** A status of a session, or an event of the lifecycle. */
  readonly when: readonly (SessionStatus | string)[];
}

/** The table of states.md, "Outbound events": the one place that says which status tells what. */
export const outboundTable = [
  { type: 'RawData', of: 'session', when: [12] },
  { type: 'NormalizedData', of: 'session', when: [15] },
  { type: 'ReadyToUseData', of: 'session', when: [18, 19] },
  { type: 'Error', of: 'session', when: [7, 11, 14, 17, 20, 22, 23] },
  { type: 'Deauthorized', of: 'session', when: [8] },
  // A session that a disconnect ends in 26 tells nothing of its own: the connection does, once, with or without one.
  { type: 'Disconnected', of: 'connection', when: ['disconnect'] },
  { type: 'Suspended', of: 'connection', when: ['paused', 'recoverToPaused'] },
  { type: 'Resumed', of: 'connection', when: ['started', 'recoverToStarted'] },
] as const satisfies readonly OutboundRow[];

const find = (of: OutboundRow['of'], what: SessionStatus | string): OutboundType | null =>
  (outboundTable as readonly OutboundRow[]).find((row) => row.of === of && row.when.includes(what))?.type ??
  null;

/** The event of a session that enters a status; null: others are not told of it. */
export const eventOfStatus = (status: SessionStatus): OutboundType | null => find('session', status);

/** The event of a lifecycle move of a connection; null: others are not told of it. */
export const eventOfMove = (move: string): OutboundType | null => find('connection', move);

const data: readonly OutboundType[] = ['RawData', 'NormalizedData', 'ReadyToUseData'];
const withData: readonly OutboundType[] = ['Error', 'Suspended', 'Disconnected'];

/**
 * The events of a subscription that asks for these: who waits for data also hears why none comes (the source of
 * document 000 does so). In the order of the table, each once.
 */
export function withImplied(asked: readonly OutboundType[]): readonly OutboundType[] {
  const implied = asked.some((type) => data.includes(type)) ? withData : [];
  return outboundTypes.filter((type) => asked.includes(type) || implied.includes(type));
}

/** Which events a subscription wants. Null lists: all of them. */
export interface OutboundFilter {
  readonly events: readonly OutboundType[];
  readonly companies: readonly string[] | null;
  readonly apps: readonly string[] | null;
  readonly connections: readonly string[] | null;
}

const holds = (list: readonly string[] | null, value: string): boolean =>
  list === null || list.includes(value);

/** Whether events of a connection concern a subscription at all. */
export const concerns = (
  { companies, apps, connections }: Omit<OutboundFilter, 'events'>,
  of: { readonly company: string; readonly app: string; readonly connection: string },
): boolean => holds(companies, of.company) && holds(apps, of.app) && holds(connections, of.connection);

/** What a receiver is sent: ids, codes and counts, never rows, texts of apps or secrets. */
export interface OutboundPayload {
  /** The same on every attempt: by it a receiver knows what it has already. */
  readonly id: string;
  readonly type: OutboundType | typeof testEvent;
  /** When it happened: ISO 8601 in UTC. */
  readonly timestamp: string;
  readonly data: {
    /** What it is of: `<session>/<step>/<type>`, or the connection's own. */
    readonly source: string;
    readonly connection: string;
    readonly company: string;
    readonly app: string;
    /** Place among the events of the connection: 1, 2, 3 ... A subscription that takes some sees gaps. */
    readonly sequence: number;
    readonly session: string | null;
    readonly code: number | null;
    readonly status: string | null;
    /** A reason code. */
    readonly reason: string | null;
    /** Rows and records; what is not known yet is missing. */
    readonly counts: Readonly<Record<string, number>>;
    /** Where the customer authorizes again. Only of Deauthorized. */
    readonly reauthorizeUrl?: string;
  };
}
