import { nodeOf } from '../../../domain/across.ts';
import { forbiddenOf } from '../../../domain/deduplication.ts';
import type { AcrossTodoDoc, MergePairDoc } from '../../../stores/model.ts';
import { type DeduplicationState, readState } from '../key-index.ts';
import { type DeduplicationReport, readReport } from '../report.ts';
import type { Decided, Work } from '../work.ts';
import { createElsewhere } from './elsewhere.ts';
import type { Family } from './family.ts';
import type { Holding } from './lease.ts';
import { createNodes, type Nodes } from './nodes.ts';
import { ownTodos } from './todos.ts';

/** A pass with what it knows before it looks at records. */
export interface Pass {
  readonly work: Work;
  readonly family: Family;
  readonly nodes: Nodes;
  readonly holding: Holding;
  /** The session's number. */
  readonly number: number;
  /** What this connection has to do. */
  readonly todos: readonly AcrossTodoDoc[];
  readonly state: DeduplicationState | null;
  /** Of an attempt that was killed. */
  readonly before: DeduplicationReport | null;
  /** Decisions of people that were not done here yet: about two connections, and about this one. */
  readonly pending: { readonly across: readonly MergePairDoc[]; readonly own: readonly MergePairDoc[] };
}

/** Reads what a pass goes by: decisions of people, notes of what to do, what earlier passes left. */
export async function openPass(given: Work, family: Family, number: number, holding: Holding): Promise<Pass> {
  const { ports, input, life, merges, rule } = given;
  const { decided, pairs } = await readAll(given, family);
  const stopIfAsked = async (): Promise<void> => {
    await life.stopIfAsked();
    await holding();
  };
  return {
    work: {
      ...{ ...given, decided },
      elsewhere: rule === null ? null : createElsewhere(family, rule),
      life: { progressed: life.progressed, stopIfAsked },
    },
    ...{ family, holding, number },
    nodes: createNodes(ports.stores, family),
    todos: await ownTodos(family),
    state: await readState(merges),
    before: await readReport(merges, input.sessionId),
    pending: { across: pairs, own: given.decided.pending },
  };
}

/** What people decided, of all connections, and what of it about two connections was not done here yet. */
async function readAll(
  { decided: own }: Work,
  { self, store, members, place }: Family,
): Promise<{ decided: Decided; pairs: MergePairDoc[] }> {
  const same: MergePairDoc[] = [];
  const different: (readonly [string, string])[] = [];
  const pairs: MergePairDoc[] = [];
  const add = (pair: MergePairDoc): void => {
    if (pair.decision?.is === 'same') same.push(pair);
    if (pair.decision?.is === 'different') different.push(pair.keys);
  };
  for (const id of new Set([self, ...members])) {
    const merges = place(id)?.merges;
    if (merges === undefined) continue;
    for await (const pair of merges.pairs.stream())
      add({ ...pair, keys: [nodeOf(id, pair.keys[0]), nodeOf(id, pair.keys[1])] });
  }
  for await (const pair of store.pairs.stream()) {
    add(pair);
    if (pair.pending && pair.connections.includes(self)) pairs.push(pair);
  }
  return { decided: { same, forbidden: forbiddenOf(different), pending: own.pending }, pairs };
}
