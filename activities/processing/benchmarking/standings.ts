import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import type { BenchmarkGap, Figure, Standing } from '../../../domain/benchmark.ts';
import { benchmarkGroupId, figuresId } from '../../../stores/figures.ts';
import type { BenchmarkGroupDoc, ConnectionDoc, FiguresDoc } from '../../../stores/model.ts';
import type { Stores } from '../../../stores/open.ts';
import { compare, isDue } from './disclosure.ts';
import { type Group, groupOf, isFresh, peersOf } from './groups.ts';

/** Companies that a group needs where the definition says nothing. */
const usualMinimum = 5;
/** Of two companies each would know the other's place. */
const leastMinimum = 3;

export const minimumOf = ({ benchmark }: Pick<ConnectorDefinition, 'benchmark'>): number =>
  Math.max(leastMinimum, benchmark?.minimumGroup ?? usualMinimum);

/** How a connection compares with the other companies of its app now. */
export interface BenchmarkNow {
  /** When its figures were made; null: no session has made any. */
  readonly madeAt: Date | null;
  readonly standings: readonly Standing[];
}

/**
 * Reads where a connection stands. A comparison of a group that is due is made here, whoever reads: all see the same
 * one until the next.
 * @throws {TributaryError} STORE_UNAVAILABLE
 */
export async function readBenchmark(
  stores: Stores,
  definition: Pick<ConnectorDefinition, 'benchmark'>,
  { _id, app, generation, status }: Pick<ConnectionDoc, '_id' | 'app' | 'generation' | 'status'>,
  now: Date,
): Promise<BenchmarkNow> {
  const own = status === 'DISCONNECTED' ? null : await stores.figures.get(_id, generation);
  if (own === null) return { madeAt: null, standings: [] };
  const minimum = minimumOf(definition);
  const docs = await stores.figures.getMany(await figuresOfApp(stores, app));
  const compared = own.figures.map((figure) => {
    const group = groupOf(peersOf(docs, figure, now), own.segment, minimum);
    return { figure, group, id: benchmarkGroupId(app, group.segment, figure) };
  });
  const stored = new Map(
    (await stores.figures.groups(compared.map(({ id }) => id))).map((doc) => [doc._id, doc]),
  );
  const standings: Standing[] = [];
  for (const { figure, group, id } of compared) {
    const last = stored.get(id) ?? null;
    const shown = await refreshed(stores, { id, app, figure, group, minimum, last, now });
    standings.push(standing(own, figure, { group, minimum, shown, now }));
  }
  return { madeAt: own.madeAt, standings };
}

/** Ids of figures that count: of the app's connections that are not disconnected, whether there are any or not. */
const figuresOfApp = async (stores: Stores, app: string): Promise<string[]> =>
  (await stores.connections.list({ app }))
    .filter(({ status }) => status !== 'DISCONNECTED')
    .map(({ _id, generation }) => figuresId(_id, generation));

/** The comparison that holds: the last one, or a new one where it is due. */
async function refreshed(
  stores: Stores,
  {
    id,
    app,
    figure: { kind },
    group: { segment, peers },
    minimum,
    last,
    now,
  }: {
    readonly id: string;
    readonly app: string;
    readonly figure: Figure;
    readonly group: Group;
    readonly minimum: number;
    readonly last: BenchmarkGroupDoc | null;
    readonly now: Date;
  },
): Promise<BenchmarkGroupDoc | null> {
  const candidates = peers.map(({ figuresId: id, company, value, to }) => ({
    figuresId: id,
    company,
    value,
    to,
  }));
  if (!isDue(last, candidates, minimum, now)) return last;
  const made: BenchmarkGroupDoc = { _id: id, segment, ...compare(candidates, kind, last, now) };
  if (!(await stores.figures.putGroup(made))) return (await stores.figures.groups([id]))[0] ?? null;
  // One that was disconnected meanwhile has taken itself out of the comparison before.
  const living = new Set(await figuresOfApp(stores, app));
  for (const one of candidates)
    if (!living.has(one.figuresId)) await stores.figures.leaveGroup(id, one.figuresId);
  return made;
}

function standing(
  own: FiguresDoc,
  { gap, ...figure }: Figure,
  {
    group: { segment, peers },
    minimum,
    shown,
    now,
  }: {
    readonly group: Group;
    readonly minimum: number;
    readonly shown: BenchmarkGroupDoc | null;
    readonly now: Date;
  },
): Standing {
  const without = (why: BenchmarkGap): Standing => ({
    ...figure,
    gap: why,
    ...{ position: null, compared: null, comparedTo: null, typical: null, at: null },
    group: { size: peers.length, needed: minimum, segment },
  });
  if (gap !== null) return without(gap);
  if (!isFresh(own, now)) return without('TOO_OLD');
  if (!peers.some(({ company }) => company === own.company)) return without('OTHER_PERIOD');
  if (peers.length < minimum) return without('GROUP_TOO_SMALL');
  const member = shown?.members.find(({ company }) => company === own.company);
  if (shown === null || member === undefined) return without('NEXT_COMPARISON');
  return {
    ...figure,
    gap: null,
    position: { part: member.part + 1, of: shown.parts },
    compared: member.value,
    comparedTo: member.to,
    typical: shown.typical,
    group: { size: shown.size, needed: minimum, segment },
    at: shown.at.toISOString(),
  };
}
