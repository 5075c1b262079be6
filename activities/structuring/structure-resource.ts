import { laterCursor } from '../../domain/cursor.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { addLedgers, imbalance, type Ledger } from '../../domain/ledger.ts';
import { cursorId } from '../../stores/cursors.ts';
import { changeId } from '../../stores/feed.ts';
import type { IngestionRunDoc } from '../../stores/model.ts';
import type { Quarantine, Records } from '../../stores/records.ts';
import { runId } from '../../stores/structuring.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { ResourceInput, StructuredResource } from '../contracts.ts';
import { live } from '../life.ts';
import type { ActivityPorts, Limits } from '../ports.ts';
import { fingerprintOf } from './canonical.ts';
import { clearQuarantine } from './quarantine.ts';
import { compileShape } from './shape.ts';
import { structureBatch } from './structure-batch.ts';

const keysPerRead = 500;

/**
 * Turns a resource's stored batches into records, batch by batch: merge, then the change document, then how far it
 * is. At the end the ledger must balance, then the cursor is committed. A crash between two steps repeats a batch,
 * which counts as it was counted first. After a failure, and with another definition than the merged batches were read
 * by, everything is read again by the definition as it is now.
 */
export function structureResource(ports: ActivityPorts, input: ResourceInput): Promise<StructuredResource> {
  return live('MERGE_FAILED', async (life) => {
    const { stores, limits } = ports;
    const { sessionId, connectionId, generation, resource: resourceId } = input;
    const { definition } = await openConnection(ports, input);
    const resource = resourceOf(definition, resourceId);
    const shape = compileShape(resource);
    const readBy = fingerprintOf(resource as unknown as JsonObject);
    const records = stores.records.of(connectionId, generation, resourceId);
    const quarantine = stores.quarantine.of(connectionId, generation, resourceId);

    const checkpoint = await stores.loading.checkpoint(sessionId, resourceId);
    if (checkpoint === null || !checkpoint.done)
      throw new TributaryError('MERGE_FAILED', `${resourceId} is not loaded.`);
    let run = await beginRun(ports, input, readBy, { records, quarantine });
    if (run.status === 'COMPLETED') return { ledger: run.ledger };

    while (run.mergedBatches < checkpoint.batches) {
      await life.stopIfAsked();
      await openConnection(ports, input);
      const number = run.mergedBatches;
      const batch = await stores.loading.readBatch(sessionId, resourceId, number);
      if (batch === null)
        throw new TributaryError('MERGE_FAILED', `Batch ${number} of ${resourceId} is gone.`);
      const { ledger, added, updated, nulls, newest } = await structureBatch(
        { records, quarantine, shape },
        sessionId,
        number,
        batch,
      );
      await stores.feed.putChange({
        _id: changeId(sessionId, resourceId, number),
        added,
        updated,
        deleted: [],
      });
      run = await stores.structuring.progress(run._id, {
        ledger: { ...addLedgers(run.ledger, ledger), recordsBefore: run.ledger.recordsBefore },
        mergedBatches: number + 1,
        nulls: addCounts(run.nulls, nulls),
        newest: laterCursor(run.newest, newest),
        bytes: run.bytes + batch.bytes,
      });
      life.progressed({ batches: run.mergedBatches, of: checkpoint.batches, rows: run.ledger.read });
    }

    const ledger = { ...run.ledger, recordsAfter: await records.count() };
    run = await stores.structuring.progress(run._id, { ...run, ledger });
    const fault = faultOf(ledger, limits);
    if (fault !== null) {
      await stores.structuring.endRun(run._id, 'FAILED', fault.code, new Date());
      throw fault;
    }
    const committed = await stores.cursors.get(connectionId, generation, resourceId);
    await stores.cursors.put({
      _id: cursorId(connectionId, generation, resourceId),
      value: laterCursor(checkpoint.cursor, committed?.value ?? null),
      sessionId,
      at: new Date(),
    });
    await stores.structuring.endRun(run._id, 'COMPLETED', null, new Date());
    return { ledger };
  });
}

/**
 * The run where it stands. One that failed, or was read by another definition, begins anew: what it put into quarantine and what it inserted is taken
 * back first, since a mended definition may judge a row otherwise or give it another key.
 */
async function beginRun(
  { stores }: ActivityPorts,
  input: ResourceInput,
  definition: string,
  { records, quarantine }: { readonly records: Records; readonly quarantine: Quarantine },
): Promise<IngestionRunDoc> {
  const { sessionId, connectionId, resource } = input;
  const before = await stores.structuring.get(runId(sessionId, resource));
  const otherwise = before?.status === 'IN_PROGRESS' && before.definition !== definition;
  if (before?.status === 'FAILED' || otherwise) {
    await clearQuarantine(quarantine, sessionId);
    // The last one may be merged and its progress not be noted.
    for (let n = 0; n <= before.mergedBatches; n++) {
      const change = await stores.feed.change(changeId(sessionId, resource, n));
      await removeCreated(records, sessionId, change?.added ?? []);
    }
    return stores.structuring.restart(before._id, await records.count(), definition);
  }
  const recordsBefore = await records.count();
  const at = new Date();
  return stores.structuring.beginRun({ sessionId, connectionId, resource, recordsBefore, definition, at });
}

async function removeCreated(records: Records, sessionId: string, keys: readonly string[]): Promise<void> {
  for (let start = 0; start < keys.length; start += keysPerRead) {
    const found = await records.getMany(keys.slice(start, start + keysPerRead));
    const own = found.filter(({ createdIn }) => createdIn === sessionId).map(({ _id }) => _id);
    if (own.length > 0) await records.remove(own);
  }
}

function faultOf(ledger: Ledger, limits: Limits): TributaryError | null {
  const { read, quarantined } = ledger;
  const aboveShare = quarantined > read * limits.quarantineShare && quarantined > limits.quarantineFloorRows;
  if (quarantined > 0 && (quarantined === read || aboveShare))
    return new TributaryError(
      'QUARANTINE_THRESHOLD',
      `${quarantined} of ${read} rows are in quarantine; ${Math.round(limits.quarantineShare * 100)} % are allowed.`,
    );
  const difference = imbalance(ledger);
  return difference === null ? null : new TributaryError('LEDGER_UNBALANCED', difference);
}

function addCounts(a: IngestionRunDoc['nulls'], b: IngestionRunDoc['nulls']): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
