import type { ResourceDefinition } from '../../connectors/definition.ts';
import { laterCursor } from '../../domain/cursor.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addLedgers, imbalance, type Ledger } from '../../domain/ledger.ts';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import type { CheckpointDoc, ConnectionThresholds, IngestionRunDoc } from '../../stores/model.ts';
import { createRecordsOfApp } from '../../stores/own-records.ts';
import { runId } from '../../stores/structuring.ts';
import { nextChange } from '../changes.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { ResourceInput, StructuredResource } from '../contracts.ts';
import { type Life, live } from '../life.ts';
import { keepsPlace } from '../loading/bookmarks.ts';
import { resourceAfter, rulesOf } from '../loading/fields.ts';
import { safeCursor } from '../loading/sound-cursor.ts';
import type { ActivityPorts, Limits } from '../ports.ts';
import { deletesAbsent } from '../quarantine/choice.ts';
import { settleReplay } from '../quarantine/settle.ts';
import { comparesAbsent, removeAbsent } from './absent.ts';
import { fingerprintOf } from './canonical.ts';
import { createObserver, noDrift } from './drift.ts';
import { createDriftWatch } from './drift-watch.ts';
import { settleReadAgain } from './read-again.ts';
import { compileShape } from './shape.ts';
import { structureBatch } from './structure-batch.ts';
import { forgetRemoved, type Merged, takeBack } from './take-back.ts';

interface Work {
  readonly ports: ActivityPorts;
  readonly input: ResourceInput;
  readonly life: Life;
  readonly resource: ResourceDefinition;
  readonly checkpoint: CheckpointDoc;
  readonly merged: Merged;
  /** The connection's own. */
  readonly thresholds: ConnectionThresholds | undefined;
  readonly drift: Awaited<ReturnType<typeof createDriftWatch>>;
}

/**
 * Turns a resource's stored batches into records, batch by batch: merge, then the change document, then how far it
 * is. Then what a full refresh no longer has is removed, the ledger must balance, and the cursor is committed. A crash
 * between two steps repeats a batch, which counts as it was counted first. After a failure, and with another definition
 * than the merged batches were read by, everything is read again by the definition as it is now.
 */
export function structureResource(ports: ActivityPorts, input: ResourceInput): Promise<StructuredResource> {
  return live('MERGE_FAILED', async (life) => {
    const { stores } = ports;
    const { sessionId, connectionId, generation, resource: resourceId } = input;
    const { connection, definition } = await openConnection(ports, input);
    const defined = resourceOf(definition, resourceId);
    const rules = rulesOf(defined, connection);
    const resource = resourceAfter(defined, rules);
    const place = [connectionId, generation, resourceId] as const;
    const merged: Merged = {
      records: createRecordsOfApp(stores.records.of(...place), stores.merges.of(...place).members),
      quarantine: stores.quarantine.of(...place),
      tombstones: stores.tombstones.of(...place),
    };
    const checkpoint = await stores.loading.checkpoint(sessionId, resourceId);
    if (checkpoint === null || !checkpoint.done)
      throw new TributaryError('MERGE_FAILED', `${resourceId} is not loaded.`);
    const drift = await createDriftWatch(ports, input, { resource, rules, policy: connection.driftPolicy });
    const { thresholds } = connection;
    const work: Work = { ports, input, life, resource, checkpoint, merged, thresholds, drift };

    const begun = await beginRun(work);
    if (begun.status === 'COMPLETED') return { ledger: begun.ledger };
    try {
      const run = await mergeBatches(work, begun);
      const ledger = await complete(work, run);
      return { ledger };
    } catch (error) {
      if (error instanceof TributaryError && endings.has(error.code))
        await stores.structuring.endRun(begun._id, 'FAILED', error.code, new Date());
      throw error;
    }
  });
}

/** Faults that trying again does not mend: a person's retry begins anew. */
const endings = new Set(['QUARANTINE_THRESHOLD', 'LEDGER_UNBALANCED', 'REMOVAL_THRESHOLD', 'SCHEMA_DRIFT']);

async function mergeBatches(work: Work, begun: IngestionRunDoc): Promise<IngestionRunDoc> {
  const { ports, input, life, resource, checkpoint, merged, drift } = work;
  const { stores } = ports;
  const { sessionId, resource: resourceId } = input;
  const committed = await stores.cursors.get(input.connectionId, input.generation, resourceId);
  // What fields its rows have was learned when they were read.
  const replay = isReplay(checkpoint)
    ? { wholeIn: committed?.wholeIn ?? null, deletesAbsent: deletesAbsent(resource) }
    : undefined;
  if (begun.mergedBatches === 0 && replay === undefined) await drift.stopBefore(life, checkpoint);
  const shape = compileShape(resource, drift.taken);
  const tombstones = resource.deletes?.kind === 'tombstone' ? merged.tombstones : undefined;
  const observer = createObserver(begun.fields);
  let run = begun;
  while (run.mergedBatches < checkpoint.batches) {
    await life.stopIfAsked();
    await openConnection(ports, input);
    const number = run.mergedBatches;
    const batch = await stores.loading.readBatch(sessionId, resourceId, number);
    if (batch === null) throw new TributaryError('MERGE_FAILED', `Batch ${number} of ${resourceId} is gone.`);
    const { ledger, added, updated, deleted, nulls, newest } = await structureBatch(
      { ...merged, tombstones, shape, ...(replay === undefined ? { observer } : { replay }) },
      sessionId,
      number,
      batch,
    );
    const _id = changeId(sessionId, resourceId, number);
    await stores.feed.putChange({ _id, ...(await merged.records.seen({ added, updated, deleted })) });
    run = await stores.structuring.progress(run._id, {
      ledger: { ...addLedgers(run.ledger, ledger), recordsBefore: run.ledger.recordsBefore },
      mergedBatches: number + 1,
      nulls: addCounts(run.nulls, nulls),
      newest: laterCursor(run.newest, newest),
      bytes: run.bytes + batch.bytes,
      fields: observer.seen(),
    });
    life.progressed({ batches: run.mergedBatches, of: checkpoint.batches, rows: run.ledger.read });
  }
  return run;
}

/** What is done once all batches are merged. Each step may be repeated. */
async function complete(work: Work, run: IngestionRunDoc): Promise<Ledger> {
  const { ports, input, checkpoint, merged, thresholds, resource, drift } = work;
  const { stores, limits } = ports;
  const { sessionId, connectionId, generation, resource: resourceId } = input;
  const replays = isReplay(checkpoint);
  const judged = { ...run, drift: replays ? noDrift : (run.drift ?? drift.judge(run.fields)) };
  const count = async (removed: number): Promise<Ledger> => {
    const ledger = { ...run.ledger, removed, recordsAfter: await merged.records.count() };
    await stores.structuring.progress(run._id, { ...judged, ledger });
    return ledger;
  };
  let ledger = await count(0);
  // Rows that are refused again were counted by the session that read them.
  if (!replays) checkQuarantine(ledger, { ...limits, ...thresholds });
  if (comparesAbsent(resource, checkpoint)) ledger = await count(await removeGone(work, run));
  const difference = imbalance(ledger);
  if (difference !== null) throw new TributaryError('LEDGER_UNBALANCED', difference);

  if (replays) {
    const { quarantine } = merged;
    await settleReplay({ ...work, quarantine, shape: compileShape(resource, drift.taken) });
  } else {
    await drift.learn(run.fields);
    // An HTTP app has no rows that cannot be read.
    if (resource.path === undefined) await settleReadAgain(ports, input, checkpoint, merged.quarantine);
  }
  if (resource.deletes !== undefined || checkpoint.replaces === true)
    await forgetRemoved(stores, input, merged.tombstones, {
      changes: await nextChange(ports, sessionId, resourceId, checkpoint.batches),
      keep: resource.deletes?.kind === 'tombstone',
    });
  const { kind } = checkpoint.read;
  if (kind === 'full' || kind === 'changes') {
    const before = await stores.cursors.get(connectionId, generation, resourceId);
    const committed = before?.value ?? null;
    const wholeIn = kind === 'full' ? sessionId : before?.wholeIn;
    await stores.cursors.put({
      _id: cursorId(connectionId, generation, resourceId),
      // What was read whole is known whole: a committed value that was wrong ends here. Of bookmarks the last one wins.
      value:
        kind === 'full' || keepsPlace(resource)
          ? (checkpoint.cursor ?? committed)
          : safeCursor(checkpoint.cursor, committed),
      sessionId,
      at: new Date(),
      ...(wholeIn === undefined ? {} : { wholeIn }),
    });
  }
  await stores.structuring.endRun(run._id, 'COMPLETED', null, new Date());
  return ledger;
}

const isReplay = ({ read }: CheckpointDoc): boolean => read.kind === 'replay';

async function removeGone(work: Work, { ledger }: IngestionRunDoc): Promise<number> {
  const { ports, input } = work;
  const session = await ports.stores.sessions.get(input.sessionId);
  await openConnection(ports, input);
  return removeAbsent({
    ...work,
    ...work.merged,
    read: ledger.read,
    recordsBefore: ledger.recordsBefore,
    allowRemovals: session?.scope.allowRemovals === true,
  });
}

/** The run where it stands. One that failed, or was read by another definition, begins anew. */
async function beginRun({ ports, input, resource, checkpoint, merged }: Work): Promise<IngestionRunDoc> {
  const { stores } = ports;
  const { sessionId, connectionId, resource: resourceId } = input;
  const definition = fingerprintOf(resource as unknown as JsonObject);
  const before = await stores.structuring.get(runId(sessionId, resourceId));
  const otherwise = before?.status === 'IN_PROGRESS' && before.definition !== definition;
  if (before?.status === 'FAILED' || otherwise) {
    await takeBack(ports, input, checkpoint.batches, merged);
    await stores.sessions.setQuarantineLeft(sessionId, null);
    return stores.structuring.restart(before._id, await merged.records.count(), definition);
  }
  return stores.structuring.beginRun({
    sessionId,
    connectionId,
    resource: resourceId,
    recordsBefore: await merged.records.count(),
    definition,
    at: new Date(),
  });
}

function checkQuarantine({ read, quarantined }: Ledger, limits: Limits): void {
  const aboveShare = quarantined > read * limits.quarantineShare && quarantined > limits.quarantineFloorRows;
  if (quarantined > 0 && (quarantined === read || aboveShare))
    throw new TributaryError(
      'QUARANTINE_THRESHOLD',
      `${quarantined} of ${read} rows are in quarantine; ${Math.round(limits.quarantineShare * 100)} % are allowed.`,
    );
}

function addCounts(a: IngestionRunDoc['nulls'], b: IngestionRunDoc['nulls']): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
