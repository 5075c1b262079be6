import { activityInfo } from '@temporalio/activity';
import type { ResourceDefinition } from '../../connectors/definition.ts';
import { createSource } from '../../connectors/registry.ts';
import type { PageToken, ReadRequest, Source } from '../../connectors/source.ts';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { CheckpointDoc, ReadPlan } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { appSettings, type OpenConnection, openConnection, resourceOf } from '../connection.ts';
import type { LoadedResource, LoadInput } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import type { ActivityPorts, LoadingPorts } from '../ports.ts';
import { loadReplay } from '../quarantine/load-replay.ts';
import { createBatcher, type FullBatch, type LoadPosition, type RowTreatment } from './batcher.ts';
import { keepsPlace } from './bookmarks.ts';
import { createExchangeLog } from './exchanges.ts';
import { hashKeyOf, resourceAfter, rulesOf } from './fields.ts';
import { hookSource } from './hook-rows.ts';
import { isOutside, planRead } from './plan.ts';
import { createRowFilter } from './row-filter.ts';
import { cursorOf } from './rows.ts';
import { safeCursor, soundCursor } from './sound-cursor.ts';
import { watchProgress } from './watch.ts';

/**
 * Reads one resource page by page and stores each batch once, under `<sessionId>/<resource>/<number>`, then the
 * checkpoint. A batch number that another attempt has stored already is taken over as it is, so that the batches
 * are one log whoever writes it. When reading ends early, whatever the reason, the rows before are stored. Goes on at
 * the checkpoint after an interruption.
 */
export function loadResource(ports: LoadingPorts, input: LoadInput): Promise<LoadedResource> {
  return live('UNKNOWN_ERROR', async (life) => {
    const { stores } = ports;
    const { sessionId, resource: resourceId, connectionId } = input;
    const replay = (await stores.sessions.get(sessionId))?.scope.replay;
    if (replay !== undefined) return loadReplay(ports, input, replay, life);
    const opened = await openConnection(ports, input);
    const resource = resourceOf(opened.definition, resourceId);
    const hooks = await hookSource(ports, input, opened.definition);
    const checkpoint = await stores.loading.begin({
      sessionId,
      resource: resourceId,
      read: await planOf(ports, input, opened, resource, hooks !== null),
      at: new Date(),
    });
    if (checkpoint.done) return { rows: checkpoint.rows, batches: checkpoint.batches };

    const rules = rulesOf(resource, opened.connection);
    const hashKey = await hashKeyOf(ports, opened.connection, rules);
    const lastProgressAt = Math.max(checkpoint.lastBatchAt.getTime(), input.round) + life.waitedMs;
    const watch = watchProgress(life.signal, input.noProgressMs, lastProgressAt);
    const exchanges = createExchangeLog(stores, { sessionId, connectionId, resource: resourceId }, rules);
    const { read } = checkpoint;
    // Hooks that came in the middle of another read belong to a later session.
    const byHooks = read.kind === 'hooks' ? hooks : null;
    try {
      const done = await readOn({
        ports,
        input,
        life,
        watch,
        checkpoint,
        exchanges,
        treat: treatment(
          resourceAfter(resource, rules),
          resource,
          checkpoint,
          createRowFilter(resource, rules, hashKey),
        ),
        source: byHooks ?? (await appSource(ports, input, opened, watch.signal)),
        request: {
          resource: resourceId,
          signal: watch.signal,
          onExchange: exchanges.add,
          onWait: (waitMs) => {
            life.waited(waitMs);
            watch.waiting(waitMs);
          },
          ...(read.since === null ? {} : { since: read.since }),
          ...(read.until === null ? {} : { until: read.until }),
        },
      });
      await exchanges.save();
      return done;
    } catch (error) {
      // What failed matters more than that its last requests could not be kept.
      await exchanges.save().catch(() => undefined);
      throw watch.signal.reason instanceof TributaryError ? watch.signal.reason : error;
    } finally {
      watch.stop();
    }
  });
}

async function planOf(
  { stores }: ActivityPorts,
  { sessionId, connectionId, generation, resource: id }: LoadInput,
  { connection }: OpenConnection,
  resource: ResourceDefinition,
  byHooks: boolean,
): Promise<ReadPlan> {
  const session = await stores.sessions.get(sessionId);
  const committed = await stores.cursors.get(connectionId, generation, id);
  const setting = connection.resources.find((one) => one.id === id);
  const scope = session?.scope ?? {};
  const plan = planRead({ resource, setting, scope, committed });
  // Who asked for all, or for a range, gets it. The app is asked after the hooks came: it tells of the same in a full
  // read, and after a range the cursor still stands before it.
  const isAsked = scope.full === true || scope.range !== undefined;
  return byHooks && !isAsked ? { ...plan, kind: 'hooks', since: null, until: null } : plan;
}

async function appSource(
  ports: LoadingPorts,
  { connectionId, generation }: LoadInput,
  { connection, definition }: OpenConnection,
  signal: AbortSignal,
): Promise<Source> {
  const app = await appSettings(ports, connection);
  const credentials = createCredentials(ports, { connectionId, generation, definition, app, signal });
  return createSource(definition, app, {
    credentials,
    fetch: ports.egress.fetch,
    pace: ports.paces.of(connectionId, definition.rateLimit),
    ...ports.sources,
    onSaid: (line) => ports.log.info({ connectionId, generation, said: line }, 'source says'),
  });
}

function treatment(
  stored: ResourceDefinition,
  { cursor }: ResourceDefinition,
  { read, startedAt }: CheckpointDoc,
  filter: RowTreatment['filter'],
): RowTreatment {
  const bounded = read.from !== null || read.to !== null;
  const bookmarks = keepsPlace(stored);
  return {
    cursorOf: bookmarks ? () => null : soundCursor(stored, startedAt),
    isOutside: bounded ? (row) => !isUnreadable(row) && isOutside(read, cursorOf(row, cursor)) : () => false,
    filter,
    bookmarks: bookmarks && (read.kind === 'full' || read.kind === 'changes'),
  };
}

interface Reading {
  readonly ports: ActivityPorts;
  readonly input: LoadInput;
  readonly life: Life;
  readonly watch: ReturnType<typeof watchProgress>;
  readonly checkpoint: CheckpointDoc;
  readonly exchanges: ReturnType<typeof createExchangeLog>;
  readonly treat: RowTreatment;
  readonly source: Source;
  readonly request: Omit<ReadRequest, 'from'>;
}

async function readOn(reading: Reading): Promise<LoadedResource> {
  const { ports, life, source, request, treat, exchanges } = reading;
  let checkpoint = reading.checkpoint;
  for (;;) {
    const position = (checkpoint.next as LoadPosition | null) ?? { from: null, skip: 0 };
    const batcher = createBatcher(ports.limits, position, treat);
    let token: PageToken | null = position.from;
    let takenOver = false;
    try {
      for await (const page of source.read(token === null ? request : { ...request, from: token })) {
        if (page.rows.length > 0) exchanges.place(token, [checkpoint.batches, batcher.held()]);
        for (const batch of batcher.add(page, token)) {
          const stored = await store(reading, checkpoint, batch);
          checkpoint = stored.checkpoint;
          if (checkpoint.done) return { rows: checkpoint.rows, batches: checkpoint.batches };
          await exchanges.save();
          await life.stopIfAsked();
          takenOver ||= stored.takenOver;
          if (takenOver) break;
        }
        if (takenOver) break;
        token = page.next;
        await life.stopIfAsked();
      }
    } catch (error) {
      // What was read is kept, or an app that allows few pages at a time would never be read to its end.
      const rest = batcher.rest();
      if (rest !== null) await store(reading, checkpoint, rest).catch(() => undefined);
      throw error;
    }
    // Another attempt had stored that number: go on from where its batch ends.
    if (!takenOver) throw new TributaryError('SOURCE_BAD_ANSWER', 'The pages ended without a last one.');
  }
}

async function store(
  { ports, input, life, watch, treat }: Reading,
  checkpoint: CheckpointDoc,
  batch: FullBatch,
) {
  const { stores } = ports;
  const { sessionId, resource } = input;
  await openConnection(ports, input);
  const winner = await stores.loading.appendBatch({
    sessionId,
    resource,
    number: checkpoint.batches,
    attempt: activityInfo().attempt,
    rows: [],
    texts: batch.texts,
    bytes: batch.bytes,
    filtered: batch.filtered,
    next: { ...batch.next },
    cursor: batch.cursor,
    total: batch.total,
    last: batch.last,
    ...(batch.replaces === true ? { replaces: true as const } : {}),
    ...(batch.again === undefined ? {} : { again: batch.again }),
  });
  const takenOver = JSON.stringify(winner.next) !== JSON.stringify(batch.next);
  const after = await stores.loading.advance(sessionId, resource, {
    batches: checkpoint.batches + 1,
    rows: checkpoint.rows + winner.rowCount,
    bytes: checkpoint.bytes + winner.bytes,
    next: winner.next,
    cursor:
      treat.bookmarks === true
        ? (winner.cursor ?? checkpoint.cursor)
        : safeCursor(checkpoint.cursor, winner.cursor),
    total: winner.total,
    done: winner.last,
    at: new Date(),
    ...(winner.replaces === true ? { replaces: true as const } : {}),
    ...(winner.again === undefined ? {} : { again: true as const }),
  });
  watch.stored();
  life.progressed({ batches: after.batches, rows: after.rows, total: after.total });
  return { checkpoint: after, takenOver: takenOver || after.batches > checkpoint.batches + 1 };
}
