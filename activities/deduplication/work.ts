import { hash } from 'node:crypto';
import { type Forbidden, forbiddenOf } from '../../domain/deduplication.ts';
import type { Merges } from '../../stores/merges.ts';
import type { MergePairDoc } from '../../stores/model.ts';
import type { RecordsOfApp } from '../../stores/own-records.ts';
import type { Records } from '../../stores/records.ts';
import type { SessionRef } from '../contracts.ts';
import type { Life } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import type { Rule } from './rule.ts';

/** Deduplication of one resource in one session. */
export interface Work {
  readonly ports: ActivityPorts;
  readonly input: SessionRef;
  readonly life: Pick<Life, 'stopIfAsked' | 'progressed'>;
  readonly resource: string;
  /** Null: the resource is not deduplicated any more, and what was merged is parted. */
  readonly rule: Rule | null;
  /** As readers see them. */
  readonly records: Records;
  /** As the app has them. */
  readonly own: RecordsOfApp;
  readonly merges: Merges;
  readonly decided: Decided;
  /** Records of the company's other connections; null: only those of this one are compared. */
  readonly elsewhere: Elsewhere | null;
}

/** Records of other connections that have a value. */
export interface ShareElsewhere {
  readonly rank: number;
  /** As `<connection>/<key>`. */
  readonly nodes: readonly string[];
  /** How many; more than there are nodes where they are too many to be told apart by it. */
  readonly records: number;
}

/** How a pass finds records of other connections by their values. */
export interface Elsewhere {
  /** What a record of this connection is called among those of others. */
  readonly node: (key: string) => string;
  readonly some: (hashes: Iterable<string>) => Promise<ReadonlyMap<string, ShareElsewhere>>;
  /** All values that are ours too. */
  readonly all: (isOurs: (hash: string) => boolean) => Promise<ReadonlyMap<string, ShareElsewhere>>;
}

/** What people decided about pairs. */
export interface Decided {
  readonly same: readonly MergePairDoc[];
  readonly forbidden: Forbidden;
  /** Decided or withdrawn since the last session. */
  readonly pending: readonly MergePairDoc[];
}

/** The id of a pair, whatever the order of its keys. */
export function pairOf(one: string, other: string): Pick<MergePairDoc, '_id' | 'keys'> {
  const keys = one < other ? ([one, other] as const) : ([other, one] as const);
  return { _id: hash('sha256', JSON.stringify(keys), 'hex').slice(0, 24), keys };
}

/** Reads what people decided about pairs of a resource. */
export async function readDecided({ pairs }: Pick<Merges, 'pairs'>): Promise<Decided> {
  const same: MergePairDoc[] = [];
  const different: (readonly [string, string])[] = [];
  const pending: MergePairDoc[] = [];
  for await (const pair of pairs.stream()) {
    if (pair.decision?.is === 'same') same.push(pair);
    if (pair.decision?.is === 'different') different.push(pair.keys);
    if (pair.pending) pending.push(pair);
  }
  return { same, forbidden: forbiddenOf(different), pending };
}
