import type { JsonObject } from '../../domain/json.ts';
import type { Looked, Rule } from './rule.ts';

const mostCommon = 20;

/** A value that too many records share to merge any of them. */
export interface CommonValue {
  /** Fields of the alternative. */
  readonly by: string;
  readonly value: string;
  readonly records: number;
}

/** What was looked at, and what of it says nothing. */
export interface Seen {
  readonly records: number;
  /** Records without any match key. */
  readonly withoutKey: number;
  readonly alternatives: readonly { readonly by: string; readonly empty: number; readonly ignored: number }[];
}

/** Counts what deduplication looks at. */
export function createSeen({ labels }: Pick<Rule, 'labels'>) {
  const empty = labels.map(() => 0);
  const ignored = labels.map(() => 0);
  let records = 0;
  let withoutKey = 0;
  return {
    add(looked: Looked): void {
      records += 1;
      if (looked.keys.length === 0) withoutKey += 1;
      for (const rank of looked.empty) empty[rank] = (empty[rank] ?? 0) + 1;
      for (const rank of looked.ignored) ignored[rank] = (ignored[rank] ?? 0) + 1;
    },
    seen: (): Seen => ({
      records,
      withoutKey,
      alternatives: labels.map((by, rank) => ({ by, empty: empty[rank] ?? 0, ignored: ignored[rank] ?? 0 })),
    }),
  };
}

/** A shared value, by one of the records that have it. */
export interface CommonSample {
  readonly rank: number;
  readonly key: string;
  readonly records: number;
}

/** The values that most records share, in words. */
export function commonValues(
  rule: Rule,
  samples: readonly CommonSample[],
  dataOf: ReadonlyMap<string, JsonObject>,
): CommonValue[] {
  return samples.flatMap(({ rank, key, records }) => {
    const data = dataOf.get(key);
    return data === undefined
      ? []
      : [{ by: rule.labels[rank] ?? '', value: rule.textOf(data, rank), records }];
  });
}

/** The greatest of them; of equals the smaller key. */
export const greatestSamples = (samples: Iterable<CommonSample>): CommonSample[] =>
  [...samples]
    .sort((a, b) => b.records - a.records || a.rank - b.rank || (a.key < b.key ? -1 : 1))
    .slice(0, mostCommon);
