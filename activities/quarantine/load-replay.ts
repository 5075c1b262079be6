import { activityInfo } from '@temporalio/activity';
import type { ReplayScope } from '../../domain/contracts.ts';
import type { CheckpointDoc } from '../../stores/model.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { LoadedResource, LoadInput } from '../contracts.ts';
import type { Life } from '../life.ts';
import { hashKeyOf, rulesOf } from '../loading/fields.ts';
import type { ActivityPorts } from '../ports.ts';
import { createReplayFilter } from './choice.ts';

const replayed = { kind: 'replay', since: null, until: null, from: null, to: null } as const;

interface Cut {
  readonly texts: readonly string[];
  readonly origins: readonly string[];
  readonly bytes: number;
  readonly last: boolean;
}

/**
 * Loads rows of quarantine as the batches of a session, in place of the app's pages. They stay in quarantine until the
 * session has structured them all. Goes on after the last place that was stored; a batch number that another attempt
 * has stored already counts as it is.
 */
export async function loadReplay(
  ports: ActivityPorts,
  input: LoadInput,
  { reason, ids }: ReplayScope,
  life: Life,
): Promise<LoadedResource> {
  const { stores, limits } = ports;
  const { sessionId, resource, connectionId, generation } = input;
  const opened = await openConnection(ports, input);
  const rules = rulesOf(resourceOf(opened.definition, resource), opened.connection);
  const filter = createReplayFilter(rules, await hashKeyOf(ports, opened.connection, rules));
  const quarantine = stores.quarantine.of(connectionId, generation, resource);
  const chosen = { ...(reason === undefined ? {} : { reason }), ...(ids === undefined ? {} : { ids }) };

  async function cut(after: string | null): Promise<Cut> {
    const texts: string[] = [];
    const origins: string[] = [];
    let bytes = 0;
    for await (const { _id, payload } of quarantine.choose({ ...chosen, after })) {
      const text = JSON.stringify(filter(payload));
      const full = texts.length >= limits.batchRows || bytes + text.length > limits.batchBytes;
      if (texts.length > 0 && full) return { texts, origins, bytes, last: false };
      texts.push(text);
      origins.push(_id);
      bytes += Buffer.byteLength(text);
    }
    return { texts, origins, bytes, last: true };
  }

  let checkpoint: CheckpointDoc = await stores.loading.begin({
    ...{ sessionId, resource, read: replayed },
    at: new Date(),
  });
  while (!checkpoint.done) {
    await life.stopIfAsked();
    const { texts, origins, bytes, last } = await cut(checkpoint.next as string | null);
    await openConnection(ports, input);
    const winner = await stores.loading.appendBatch({
      ...{ sessionId, resource, texts, origins, bytes, last },
      number: checkpoint.batches,
      attempt: activityInfo().attempt,
      rows: [],
      next: origins.at(-1) ?? null,
      cursor: null,
      total: null,
    });
    checkpoint = await stores.loading.advance(sessionId, resource, {
      batches: checkpoint.batches + 1,
      rows: checkpoint.rows + winner.rowCount,
      bytes: checkpoint.bytes + winner.bytes,
      next: winner.next,
      cursor: null,
      total: null,
      done: winner.last,
      at: new Date(),
    });
    life.progressed({ batches: checkpoint.batches, rows: checkpoint.rows, total: null });
  }
  return { rows: checkpoint.rows, batches: checkpoint.batches };
}
