import { parseSessionId } from './contracts.ts';

/** What may be full: as many sessions of it work as may at a time. In the order in which they are looked at. */
export const caps = ['company', 'app', 'pool'] as const;
export type Cap = (typeof caps)[number];

/** How many sessions may work at a time, each of one company, one app, one pool. */
export type SessionCaps = Readonly<Record<Cap, number>>;

export const defaultSessionCaps: SessionCaps = { company: 10, app: 20, pool: 50 };

/** A session that works, or waits for its turn to. A connection has one at most. */
export interface Turn {
  readonly connectionId: string;
  readonly sessionId: string;
  /** Run of the session workflow that asked last. */
  readonly runId: string;
  /** Number of the status write with which the session asked: what was given back before it does not count. */
  readonly seq: number;
  readonly company: string;
  readonly app: string;
  readonly pool: string;
  /** The app's own cap, if its definition names one that is below the setting. */
  readonly appCap?: number;
  /** `granted`: it has its slots and was not heard of since. */
  readonly state: 'waiting' | 'granted' | 'working';
  /** When it came into the queue or got its slots. */
  readonly since: Date;
  /** Place of arrival. */
  readonly order: number;
  /** What it waits for, or waited for last. */
  readonly cap?: Cap;
}

/** What a session waits for. */
export interface FullCap {
  readonly cap: Cap;
  /** Id of the company, the app or the pool. */
  readonly name: string;
  /** 1 goes next. */
  readonly place: number;
}

/** Number of the session in its connection: a later one has a greater one, while `seq` begins anew. */
const numberOf = ({ sessionId }: Pick<Turn, 'sessionId'>): number => parseSessionId(sessionId)?.number ?? 0;

/** Whether a turn is of a later session of the connection than the one that asks. */
export const isOfLaterSession = (turn: Turn, asking: Pick<Turn, 'sessionId'>): boolean =>
  numberOf(turn) > numberOf(asking);

/** Whether a turn was taken after the status write with which it would be given back. */
export const isTakenAfter = (turn: Turn, given: Pick<Turn, 'sessionId' | 'seq'>): boolean =>
  isOfLaterSession(turn, given) || (numberOf(turn) === numberOf(given) && turn.seq > given.seq);

const isBusy = ({ state }: Turn): boolean => state !== 'waiting';

const limitOf = (cap: Cap, { appCap }: Turn, limits: SessionCaps): number =>
  cap === 'app' ? Math.min(limits.app, appCap ?? limits.app) : limits[cap];

/** How many have slots of something, by its key. */
type Counts = Map<string, number>;

const ofCap = (turn: Turn, cap: Cap): string => `${cap} ${turn[cap]}`;
/** A company's part of what its turn waits for. */
const ofShare = (turn: Turn, cap: Cap = turn.cap ?? 'pool'): string =>
  `${turn.company} of ${ofCap(turn, cap)}`;

function countIn(counts: Counts, turn: Turn): void {
  for (const cap of caps)
    for (const key of [ofCap(turn, cap), ofShare(turn, cap)]) counts.set(key, (counts.get(key) ?? 0) + 1);
}

function countsOf(turns: readonly Turn[]): Counts {
  const counts: Counts = new Map();
  for (const turn of turns) if (isBusy(turn)) countIn(counts, turn);
  return counts;
}

/** The first cap that leaves no slot for this turn. */
const fullFor = (turn: Turn, counts: Counts, limits: SessionCaps): Cap | undefined =>
  caps.find((cap) => (counts.get(ofCap(turn, cap)) ?? 0) >= limitOf(cap, turn, limits));

/** The company that has the fewest of what is waited for goes first, and of one company who came first. */
function inTurn(waiting: readonly Turn[], counts: Counts): Turn[] {
  const shares = new Map(counts);
  const arrived = waiting.toSorted((a, b) => a.order - b.order);
  const ranked = arrived.map((turn) => {
    const share = shares.get(ofShare(turn)) ?? 0;
    shares.set(ofShare(turn), share + 1);
    return { turn, share };
  });
  return ranked.sort((a, b) => a.share - b.share || a.turn.order - b.turn.order).map(({ turn }) => turn);
}

/**
 * Gives free slots to those that wait, in their order. Pure.
 * @returns all turns after it, and those that were granted by it
 */
export function grantSlots(
  turns: readonly Turn[],
  limits: SessionCaps,
  at: Date,
): { readonly turns: readonly Turn[]; readonly granted: readonly Turn[] } {
  const counts = countsOf(turns);
  const granted = new Map<string, Turn>();
  for (;;) {
    const fits = turns.filter(
      (turn) =>
        !(isBusy(turn) || granted.has(turn.connectionId)) && fullFor(turn, counts, limits) === undefined,
    );
    const [next] = inTurn(fits, counts);
    if (next === undefined) break;
    granted.set(next.connectionId, { ...next, state: 'granted', since: at });
    countIn(counts, next);
  }
  const after = turns.map((turn): Turn => {
    if (isBusy(turn)) return turn;
    return granted.get(turn.connectionId) ?? { ...turn, cap: fullFor(turn, counts, limits) ?? 'pool' };
  });
  return { turns: after, granted: [...granted.values()] };
}

/** What a waiting session waits for, and which place it has if nobody else comes; null if it does not wait. */
export function fullCapOf(turns: readonly Turn[], connectionId: string): FullCap | null {
  const mine = turns.find((turn) => turn.connectionId === connectionId);
  if (mine === undefined || isBusy(mine)) return null;
  const { cap = 'pool' } = mine;
  const waiting = turns.filter((turn) => !isBusy(turn) && turn.cap === mine.cap && turn[cap] === mine[cap]);
  return { cap, name: mine[cap], place: inTurn(waiting, countsOf(turns)).indexOf(mine) + 1 };
}
