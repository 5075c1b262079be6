import { countDue, type DueBatches } from '../../activities/retention/raw-batches.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { RouteDeps } from '../api/deps.ts';
import { latestSession } from '../api/find.ts';
import { connectionAfter } from './after.ts';
import type { PlannedCall } from './arguments.ts';
import { disconnectHasWork, type Purged, purgesOf } from './purges.ts';
import { type RunsEffect, runsEffect, runsSentence } from './runs.ts';
import { type SessionEffect, sessionEffect } from './session.ts';

/** A setting that changes; null: it is not set. */
export interface SettingChange {
  readonly setting: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What a call would do, as data and in sentences. */
export interface Effects {
  readonly sentences: readonly string[];
  readonly losesData: boolean;
  readonly session: SessionEffect | null;
  readonly purges: readonly Purged[];
  /** What a full session would read again; nothing is read again by itself. */
  readonly reloads: readonly { readonly resource: string; readonly rows: number }[];
  /** What the next tidying deletes more than it would without the change; null: the retention stays. */
  readonly rawBatches: DueBatches | null;
  readonly runs: readonly RunsEffect[];
  readonly changes: readonly SettingChange[];
}

/** Days that raw batches of a connection are kept. */
export const retentionOf = ({ rawBatchDays }: RouteDeps, { retentionDays }: ConnectionDoc): number =>
  retentionDays ?? rawBatchDays;

/** Whether data, or the grant that opens them, would go: then the call needs the token of a plan. */
export async function losesData(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): Promise<boolean> {
  const { _id, generation } = connection;
  switch (call.procedure) {
    // Also of a connection that has nothing yet: its whole generation ends.
    case 'disconnect':
      return disconnectHasWork(
        await deps.stores.receipts.get(`${_id}/${generation}`),
        call.arguments.keepData,
      );
    case 'resetConfiguration':
      return (await deps.stores.grants.get(_id, generation)) !== null;
    case 'updateSettings': {
      const { retentionDays } = call.arguments;
      return retentionDays !== undefined && retentionDays < retentionOf(deps, connection);
    }
    default:
      return false;
  }
}

/** Looks at what a call would do now. Writes nothing. */
export async function effectsOf(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): Promise<Effects> {
  const { session, sentence } = sessionEffect(await latestSession(deps, connection._id), call.procedure);
  const purges = await purgedBy(deps, connection, call);
  const reloads = await reloadedBy(deps, connection, call);
  const rawBatches = await shortenedBy(deps, connection, call);
  const runs = runsEffect(connection, connectionAfter(deps, connection, call), deps.now());
  const changes = changesOf(deps, connection, call);
  return {
    sentences: [
      ...changes.map(({ setting, from, to }) => `${setting}: ${shown(from)} becomes ${shown(to)}.`),
      sentence,
      ...purgeSentences(purges),
      ...(call.procedure === 'disconnect' ? ['The grant is revoked at the app where it can be.'] : []),
      ...reloads.map(
        ({ resource, rows }) =>
          `${resource}: what was read before (${rows} records) stays as it is until a full session reads it again.`,
      ),
      ...(rawBatches === null
        ? []
        : [
            `${rawBatches.batches} raw batches of ${rawBatches.sessions} sessions are deleted within the hour; records stay.`,
          ]),
      ...runs.map(runsSentence),
    ],
    losesData: await losesData(deps, connection, call),
    ...{ session, purges, reloads, rawBatches, runs, changes },
  };
}

async function purgedBy(deps: RouteDeps, connection: ConnectionDoc, call: PlannedCall): Promise<Purged[]> {
  const { _id, generation } = connection;
  if (call.procedure === 'disconnect') return purgesOf(deps, connection, call.arguments.keepData);
  if (call.procedure !== 'resetConfiguration') return [];
  const grant = await deps.stores.grants.get(_id, generation);
  return grant === null ? [] : [{ name: 'grants', generation, outcome: 'deleted', count: 1 }];
}

function purgeSentences(purges: readonly Purged[]): string[] {
  const sumOf = (outcome: Purged['outcome'], prefix = '') =>
    purges
      .filter((one) => one.outcome === outcome && one.name.startsWith(prefix))
      .reduce((sum, { count }) => sum + count, 0);
  if (purges.length === 0) return [];
  const [gone, kept] = [sumOf('deleted'), sumOf('kept')];
  return [
    `${gone} documents are deleted, ${sumOf('deleted', 'records.')} of them records.`,
    ...(kept > 0 ? [`${kept} documents are kept, ${sumOf('kept', 'records.')} of them records.`] : []),
  ];
}

/** Cursors stay, so nothing is read twice by itself; what was read otherwise so far is there for a full session. */
async function reloadedBy(deps: RouteDeps, connection: ConnectionDoc, call: PlannedCall) {
  if (call.procedure !== 'updateResource') return [];
  const { resource, historyStart, fields } = call.arguments;
  const present = connection.resources.find(({ id }) => id === resource)?.historyStart;
  const back =
    present !== undefined &&
    (historyStart === null || (historyStart !== undefined && Date.parse(historyStart) < Date.parse(present)));
  if (!back && fields === undefined) return [];
  const rows = await deps.stores.records.of(connection._id, connection.generation, resource).count();
  return [{ resource, rows }];
}

async function shortenedBy(
  deps: RouteDeps,
  connection: ConnectionDoc,
  call: PlannedCall,
): Promise<DueBatches | null> {
  if (call.procedure !== 'updateSettings' || call.arguments.retentionDays === undefined) return null;
  const { retentionDays } = call.arguments;
  return retentionDays < retentionOf(deps, connection)
    ? countDue(deps, connection, retentionDays, deps.now())
    : null;
}

function changesOf(deps: RouteDeps, connection: ConnectionDoc, call: PlannedCall): SettingChange[] {
  if (call.procedure === 'updatePool')
    return [{ setting: 'pool', from: connection.pool, to: call.arguments.pool }];
  if (call.procedure === 'updateConnectionConfiguration')
    return Object.entries(call.arguments.parameters ?? {}).map(([name, to]) => ({
      ...{ setting: `parameters.${name}`, to },
      from: connection.parameters[name] ?? null,
    }));
  if (call.procedure !== 'updateSettings') return [];
  const present: Readonly<Record<string, unknown>> = {
    ...connection,
    retentionDays: retentionOf(deps, connection),
    autoPause: connection.autoPause === undefined ? deps.autoPause : connection.autoPause,
  };
  return Object.entries(call.arguments).flatMap(([setting, to]) =>
    to === undefined ? [] : [{ setting, from: present[setting] ?? null, to }],
  );
}

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
