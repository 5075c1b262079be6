import type {
  QuarantinedRow,
  QuarantinePorts,
  QuarantineRoom,
  QuarantineSelection,
} from '../../activities/quarantine/room.ts';
import { createSessionRoom } from '../../activities/quarantine/session-room.ts';
import { createSyncRoom } from '../../activities/quarantine/sync-room.ts';
import type { QuarantineLineDoc, SyncDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { findConnection, findDefinition } from './find.ts';
import { notFound } from './problem.ts';
import type { Quarantined, QuarantinedQuery } from './schemas/quarantine.ts';

/** Lines that are shown of what became of rows. */
const shownLines = 20;

export const quarantinePorts = (deps: RouteDeps): QuarantinePorts => ({
  stores: deps.stores,
  secrets: deps.secrets,
  definition: (app) => findDefinition(deps, app),
  now: deps.now,
  days: deps.quarantineDays,
});

/** @throws {TributaryError} NOT_FOUND */
export async function quarantineOfConnection(deps: RouteDeps, id: string): Promise<QuarantineRoom> {
  return createSessionRoom(quarantinePorts(deps), await findConnection(deps, id));
}

/** @throws {TributaryError} NOT_FOUND */
export async function findQuarantinedSync({ stores }: RouteDeps, id: string): Promise<SyncDoc> {
  const sync = await stores.syncs.get(id);
  if (sync === null) throw notFound('sync', id);
  return sync;
}

/** @throws {TributaryError} NOT_FOUND */
export async function quarantineOfSync(deps: RouteDeps, id: string): Promise<QuarantineRoom> {
  const sync = await findQuarantinedSync(deps, id);
  return createSyncRoom(quarantinePorts(deps), await findConnection(deps, sync.connectionId), sync);
}

/** Counts and lines first, then a page of rows. */
export async function listRoom(
  room: QuarantineRoom,
  { limit = 100, resource, reason, after }: QuarantinedQuery,
): Promise<Quarantined> {
  const counts = await room.counts();
  const rows = await room.page({ resource, reason, after, limit });
  const shown = rows.slice(0, limit);
  return {
    total: counts.reduce((sum, one) => sum + one.rows, 0),
    counts: counts.map((one) => ({ ...one })),
    rows: shown.map(rowView),
    next: rows.length > limit ? (shown.at(-1)?.id ?? null) : null,
    lines: (await room.lines(shownLines)).map(lineView),
  };
}

export const rowView = (row: QuarantinedRow) => ({
  ...row,
  firstSeenAt: row.firstSeenAt.toISOString(),
  lastSeenAt: row.lastSeenAt.toISOString(),
  expiresAt: row.expiresAt?.toISOString() ?? null,
});

const lineView = ({ action, resource, reason, rows, hash, by, why, sessionId, at }: QuarantineLineDoc) => ({
  ...{ action, resource, reason, rows, hash, by, why, sessionId },
  at: at.toISOString(),
});

/** What a preview does, with its lists as the answer has them. */
export async function previewRoom(room: QuarantineRoom, selection: QuarantineSelection) {
  await room.check(selection);
  const { rows, counts, first } = await room.preview(selection);
  return { rows, counts: { ...counts }, first: [...first] };
}
