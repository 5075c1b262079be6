import type { ResourceDefinition } from '../../connectors/definition.ts';
import type { Delivery, DeliveryTarget, DestinationDriver } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, DestinationDoc, SyncDoc, SyncRunDoc } from '../../stores/model.ts';
import type { Records } from '../../stores/records.ts';
import type { SyncRecords } from '../../stores/sync-records.ts';
import { openConnection, resourceOf } from '../connection.ts';
import type { ActivityPorts, DeliveryPorts } from '../ports.ts';
import { secretContext } from '../secret-context.ts';
import { keyTypeOf } from './mapping/compile.ts';
import { fit } from './mapping/fit.ts';

/** A run with everything it works on. */
export interface OpenRun {
  readonly run: SyncRunDoc;
  readonly sync: SyncDoc;
  readonly connection: ConnectionDoc;
  readonly resource: ResourceDefinition;
  readonly destination: DestinationDoc;
  readonly driver: DestinationDriver;
  readonly records: Records;
  readonly rows: SyncRecords;
}

/** @throws {TributaryError} NOT_FOUND; CONNECTION_GONE when the generation of the run is closed; SYNC_CHANGED */
export async function openRun(ports: ActivityPorts, runId: string): Promise<OpenRun> {
  const { stores } = ports;
  const run = await stores.syncRuns.get(runId);
  const sync = run === null ? null : await stores.syncs.get(run.syncId);
  if (run === null || sync === null)
    throw new TributaryError('NOT_FOUND', `There is no sync run "${runId}".`);
  if (sync.version !== run.version) throw new TributaryError('SYNC_CHANGED');
  const { connection, definition } = await openConnection(ports, run);
  const destination = await stores.destinations.get(sync.destinationId);
  if (destination === null)
    throw new TributaryError('DESTINATION_GONE', `There is no destination "${sync.destinationId}".`);
  const { resource } = sync.model;
  return {
    run,
    sync,
    connection,
    resource: resourceOf(definition, resource),
    destination,
    driver: deliveryOf(ports).driver(destination.kind),
    records: stores.records.of(connection._id, run.generation, resource),
    rows: stores.syncRecords.of(sync._id),
  };
}

/** @throws {TributaryError} UNKNOWN_ERROR in a process without destinations */
export function deliveryOf({ delivery }: Pick<ActivityPorts, 'delivery'>): DeliveryPorts {
  if (delivery === undefined)
    throw new TributaryError('UNKNOWN_ERROR', 'This worker was started without destinations.');
  return delivery;
}

/** Where and what a sync delivers. */
export function targetOf(sync: Pick<SyncDoc, '_id' | 'object' | 'keyField' | 'mapping'>): DeliveryTarget {
  const { _id: syncId, object, keyField, mapping } = sync;
  const key = { name: keyField, type: keyTypeOf(mapping, keyField) };
  const rest = mapping.filter(({ to }) => to !== keyField).map(({ to: name, type }) => ({ name, type }));
  return { syncId, object, keyField, fields: [key, ...rest] };
}

/**
 * Compiles how a key becomes the key field that the destination gets. A text fits every type that a key may have, or
 * the row cannot be named.
 */
export function compileKey({
  keyField,
  mapping,
}: Pick<SyncDoc, 'keyField' | 'mapping'>): (
  key: string,
) => { readonly value: JsonValue } | { readonly why: string } {
  const type = keyTypeOf(mapping, keyField);
  return (key) => {
    const found = fit(key, type);
    return 'why' in found ? { why: `${keyField}: ${found.why}` } : found;
  };
}

/** A destination's settings, secret opened, checked by its driver. */
export function settingsOf(
  ports: Pick<ActivityPorts, 'delivery' | 'secrets'>,
  destination: DestinationDoc,
  signal: AbortSignal,
) {
  const { driver, context } = deliveryOf(ports);
  const { _id, kind, configuration, secret } = destination;
  const opened = secret === null ? null : ports.secrets.open(secret, secretContext.destination(_id));
  return { ...driver(kind).parse(configuration, opened), context, signal };
}

/** @throws {TributaryError} like `Delivery.write` */
export const openDelivery = (
  ports: ActivityPorts,
  { driver, destination, sync, run }: OpenRun,
  signal: AbortSignal,
): Promise<Delivery> => driver.open(settingsOf(ports, destination, signal), targetOf(sync), run._id);
