import type { Figure } from '../../../domain/benchmark.ts';
import type { FiguresDoc } from '../../../stores/model.ts';
import type { Candidate } from './disclosure.ts';

const dayMs = 86_400_000;
/** Figures that are older are compared with nobody: a company that is paused for longer is in no group. */
const longestAgeMs = 90 * dayMs;
/** What ends more than a year before or after the others' is of another time. */
const widestYears = 1;

export const isFresh = ({ madeAt }: Pick<FiguresDoc, 'madeAt'>, now: Date): boolean =>
  now.getTime() - madeAt.getTime() <= longestAgeMs;

/** A company that may be compared, by one figure. */
export interface Peer extends Candidate {
  readonly segment: string | null;
  readonly madeAt: Date;
}

/**
 * The companies that have a figure that compares with one: same metric, kind, grain and length, and an end within a
 * year of the middle one's. Of a company with several connections it is the newest.
 */
export function peersOf(docs: readonly FiguresDoc[], { id, grain }: Figure, now: Date): readonly Peer[] {
  const byCompany = new Map<string, Peer>();
  for (const doc of docs) {
    if (!isFresh(doc, now)) continue;
    const own = doc.figures.find((figure) => figure.id === id && figure.grain === grain);
    if (own === undefined || own.value === null || own.to === null) continue;
    const { _id, company, segment, madeAt } = doc;
    const known = byCompany.get(company);
    if (known !== undefined && known.madeAt.getTime() >= madeAt.getTime()) continue;
    byCompany.set(company, { figuresId: _id, company, segment, madeAt, value: own.value, to: own.to });
  }
  const all = [...byCompany.values()].sort((a, b) => (a.company < b.company ? -1 : 1));
  const ends = all.map(({ to }) => to).sort();
  const middle = ends[Math.floor((ends.length - 1) / 2)];
  return middle === undefined ? [] : all.filter(({ to }) => yearsBetween(to, middle) <= widestYears);
}

const yearsBetween = (a: string, b: string): number => Math.abs(Date.parse(a) - Date.parse(b)) / dayMs / 366;

/** A group and those in it. */
export interface Group {
  /** Null: all companies of the app. */
  readonly segment: string | null;
  readonly peers: readonly Peer[];
}

/**
 * The companies of the same segment, where these and the others are enough for a group each, or there are no others;
 * else all. Were the others fewer, the two groups would differ by too few companies.
 */
export function groupOf(peers: readonly Peer[], segment: string | null, minimum: number): Group {
  const alike = peers.filter((peer) => peer.segment === segment);
  const others = peers.length - alike.length;
  const enough = alike.length >= minimum && (others === 0 || others >= minimum);
  return segment !== null && enough ? { segment, peers: alike } : { segment: null, peers };
}
