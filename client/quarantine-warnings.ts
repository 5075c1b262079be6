import { expiresAt } from '../activities/quarantine/expiry.ts';
import type { ConnectionDoc, ExpiringRows, SyncDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';

const dayMs = 86_400_000;

export const defaultQuarantineWarningDays = 7;

/** What looking for them needs. */
export interface ExpiringOptions {
  readonly stores: Pick<Stores, 'quarantine' | 'syncRecords' | 'events'>;
  /** Days after which rows in quarantine are discarded. */
  readonly days: number;
  /** Days before that at which somebody is told. */
  readonly warningDays: number;
  readonly now: Date;
}

/** Rows of one resource, or of one sync, that go within the days of the warning; null: there are none. */
async function expiringOf(
  { days, warningDays, now }: ExpiringOptions,
  connection: ConnectionDoc,
  of: Pick<ExpiringRows, 'resource' | 'syncId'>,
  rows: AsyncIterable<{ readonly at: Date }>,
): Promise<ExpiringRows | null> {
  let count = 0;
  let first: Date | null = null;
  for await (const { at } of rows) {
    const goes = expiresAt(connection, at, days);
    if (goes === null || goes.getTime() - now.getTime() > warningDays * dayMs) continue;
    count += 1;
    if (first === null || goes < first) first = goes;
  }
  return first === null ? null : { ...of, rows: count, at: first };
}

/** What of a connection's quarantine, and of that of its syncs, is discarded soon. Looks at every row in it. */
export async function expiringRows(
  options: ExpiringOptions,
  connection: ConnectionDoc,
  syncs: readonly SyncDoc[],
): Promise<readonly ExpiringRows[]> {
  const { stores } = options;
  const { _id: connectionId, generation } = connection;
  const found: (ExpiringRows | null)[] = [];
  if (connection.status !== 'STARTED') return [];
  for (const { id: resource } of connection.resources) {
    const rows = stores.quarantine.of(connectionId, generation, resource).tally();
    found.push(await expiringOf(options, connection, { resource, syncId: null }, rows));
  }
  for (const { _id: syncId, model, ...sync } of syncs) {
    if (sync.generation !== generation) continue;
    const of = { resource: model.resource, syncId };
    const rows = stores.syncRecords.of(syncId).quarantined({ status: 1, at: 1 });
    found.push(await expiringOf(options, connection, of, rows));
  }
  return found.filter((one) => one !== null);
}

/**
 * Writes an event QuarantineExpiring for a resource or a sync with rows that go soon, once in as many days as the
 * warning comes before, whatever number of processes look.
 * @returns whether it is new
 */
export async function warnOfExpiry(
  { stores, warningDays, now }: ExpiringOptions,
  { _id: connectionId, generation, company, app }: ConnectionDoc,
  { resource, syncId, rows, at }: ExpiringRows,
): Promise<boolean> {
  const periodMs = warningDays * dayMs;
  const period = Math.floor(now.getTime() / periodMs);
  const idOf = (number: number): string =>
    `${connectionId}/${generation}/QuarantineExpiring/${resource}/${syncId ?? ''}/${number}`;
  const before = await stores.events.get(idOf(period - 1));
  if (before !== null && now.getTime() - before.at.getTime() < periodMs) return false;
  return stores.events.put({
    _id: idOf(period),
    ...{ type: 'QuarantineExpiring', connectionId, company, app, at: now },
    ...{ sessionId: null, connectLink: null },
    data: { resource, syncId, rows, expiresAt: at.toISOString() },
  });
}
