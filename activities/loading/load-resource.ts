import { activityInfo } from '@temporalio/activity';
import { createSource } from '../../connectors/registry.ts';
import type { PageToken, ReadRequest, Source } from '../../connectors/source.ts';
import { laterCursor } from '../../domain/cursor.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { CheckpointDoc } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { appSettings, openConnection, resourceOf } from '../connection.ts';
import type { LoadedResource, LoadInput } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import { createBatcher, type FullBatch, type LoadPosition } from './batcher.ts';
import { type CursorReader, soundCursor } from './sound-cursor.ts';
import { watchProgress } from './watch.ts';

/**
 * Reads one resource page by page and stores each batch once, under `<sessionId>/<resource>/<number>`, then the
 * checkpoint. A batch number that another attempt has stored already is taken over as it is, so that the batches
 * are one log whoever writes it. Goes on at the checkpoint after an interruption.
 */
export function loadResource(ports: ActivityPorts, input: LoadInput): Promise<LoadedResource> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { stores } = ports;
    const { sessionId, resource: resourceId, connectionId, generation } = input;
    const { connection, definition } = await openConnection(ports, input);
    const resource = resourceOf(definition, resourceId);
    const checkpoint = await stores.loading.begin({
      sessionId,
      resource: resourceId,
      at: new Date(),
    });
    if (checkpoint.done) return { rows: checkpoint.rows, batches: checkpoint.batches };

    const app = await appSettings(ports, connection);
    const lastProgressAt = Math.max(checkpoint.lastBatchAt.getTime(), input.round) + life.waitedMs;
    const watch = watchProgress(life.signal, input.noProgressMs, lastProgressAt);
    try {
      const credentials = createCredentials(ports, {
        connectionId,
        generation,
        definition,
        app,
        signal: watch.signal,
      });
      const committed = await stores.cursors.get(connectionId, generation, resourceId);
      const since = resource.incremental === undefined ? null : (committed?.value ?? null);
      return await readOn({
        ports,
        input,
        life,
        watch,
        checkpoint,
        cursorOf: soundCursor(resource),
        source: createSource(definition, app, { credentials, fetch: ports.egress.fetch }),
        request: {
          resource: resourceId,
          signal: watch.signal,
          onWait: (waitMs) => {
            life.waited(waitMs);
            watch.waiting(waitMs);
          },
          ...(since === null ? {} : { since }),
        },
      });
    } catch (error) {
      throw watch.signal.reason instanceof TributaryError ? watch.signal.reason : error;
    } finally {
      watch.stop();
    }
  });
}

interface Reading {
  readonly ports: ActivityPorts;
  readonly input: LoadInput;
  readonly life: Life;
  readonly watch: ReturnType<typeof watchProgress>;
  readonly checkpoint: CheckpointDoc;
  readonly cursorOf: CursorReader;
  readonly source: Source;
  readonly request: Omit<ReadRequest, 'from'>;
}

async function readOn(reading: Reading): Promise<LoadedResource> {
  const { ports, life, source, request, cursorOf } = reading;
  let checkpoint = reading.checkpoint;
  for (;;) {
    const position = (checkpoint.next as LoadPosition | null) ?? { from: null, skip: 0 };
    const batcher = createBatcher(ports.limits, position, cursorOf);
    let token: PageToken | null = position.from;
    let takenOver = false;
    for await (const page of source.read(token === null ? request : { ...request, from: token })) {
      for (const batch of batcher.add(page, token)) {
        const stored = await store(reading, checkpoint, batch);
        checkpoint = stored.checkpoint;
        if (checkpoint.done) return { rows: checkpoint.rows, batches: checkpoint.batches };
        await life.stopIfAsked();
        takenOver ||= stored.takenOver;
        if (takenOver) break;
      }
      if (takenOver) break;
      token = page.next;
      await life.stopIfAsked();
    }
    // Another attempt had stored that number: go on from where its batch ends.
    if (!takenOver) throw new TributaryError('SOURCE_BAD_ANSWER', 'The pages ended without a last one.');
  }
}

async function store({ ports, input, life, watch }: Reading, checkpoint: CheckpointDoc, batch: FullBatch) {
  const { stores } = ports;
  const { sessionId, resource } = input;
  await openConnection(ports, input);
  const winner = await stores.loading.appendBatch({
    sessionId,
    resource,
    number: checkpoint.batches,
    attempt: activityInfo().attempt,
    rows: batch.rows,
    bytes: batch.bytes,
    next: { ...batch.next },
    cursor: batch.cursor,
    total: batch.total,
    last: batch.last,
  });
  const takenOver = JSON.stringify(winner.next) !== JSON.stringify(batch.next);
  const after = await stores.loading.advance(sessionId, resource, {
    batches: checkpoint.batches + 1,
    rows: checkpoint.rows + winner.rowCount,
    bytes: checkpoint.bytes + winner.bytes,
    next: winner.next,
    cursor: laterCursor(checkpoint.cursor, winner.cursor),
    total: winner.total,
    done: winner.last,
    at: new Date(),
  });
  watch.stored();
  life.progressed({ batches: after.batches, rows: after.rows, total: after.total });
  return { checkpoint: after, takenOver: takenOver || after.batches > checkpoint.batches + 1 };
}
