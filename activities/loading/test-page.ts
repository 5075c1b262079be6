import { setImmediate as nextTurn } from 'node:timers/promises';
import { createSource } from '../../connectors/registry.ts';
import { isUnreadable } from '../../connectors/unreadable.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, Drift } from '../../stores/model.ts';
import { createCredentials } from '../authorization/credentials.ts';
import { appSettings, openConnection, resourceOf } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
import { createObserver, driftOf } from '../structuring/drift.ts';
import { driftContext } from '../structuring/drift-watch.ts';
import { compileShape } from '../structuring/shape.ts';
import { isObservable } from '../structuring/structure-batch.ts';
import { hashKeyOf, resourceAfter, rulesOf } from './fields.ts';
import { isOutside, planRead } from './plan.ts';
import { createRowFilter } from './row-filter.ts';
import { cursorOf, storable } from './rows.ts';

/** Rows that are shown. */
const shownRows = 10;
const rowsPerTurn = 250;

/** What of the ports a test of a page needs. */
export type TestPorts = Pick<ActivityPorts, 'stores' | 'secrets' | 'egress' | 'sources' | 'definition'> & {
  readonly limits: Pick<ActivityPorts['limits'], 'rowBytes'>;
};

export interface TestedRow {
  /** What would be stored of it. */
  readonly row: JsonValue;
  readonly fits: boolean;
  readonly deleted: boolean;
  readonly key: string | null;
  readonly reason: string | null;
  readonly message: string | null;
}

export interface TestedPage {
  readonly rows: TestedRow[];
  readonly count: number;
  readonly filtered: number;
  readonly unfit: number;
  readonly total: number | null;
  readonly more: boolean;
  readonly drift: Drift;
}

/**
 * Reads the first page that the next session would read, and judges its rows as structuring would; nothing is stored.
 * @throws TributaryError SOURCE_*, GRANT_REVOKED, DEFINITION_INVALID ...
 */
export async function readTestPage(
  ports: TestPorts,
  { _id: connectionId, generation }: Pick<ConnectionDoc, '_id' | 'generation'>,
  resourceId: string,
  signal: AbortSignal,
): Promise<TestedPage> {
  const { stores } = ports;
  const { connection, definition } = await openConnection(ports, { connectionId, generation });
  const defined = resourceOf(definition, resourceId);
  const rules = rulesOf(defined, connection);
  const resource = resourceAfter(defined, rules);
  const filter = createRowFilter(defined, rules, await hashKeyOf(ports, connection, rules));
  const plan = planRead({
    resource: defined,
    setting: connection.resources.find(({ id }) => id === resourceId),
    scope: {},
    committed: await stores.cursors.get(connectionId, generation, resourceId),
  });
  const app = await appSettings(ports, connection);
  const credentials = createCredentials(ports, { connectionId, generation, definition, app, signal });
  const source = createSource(definition, app, { credentials, fetch: ports.egress.fetch, ...ports.sources });
  const request = { resource: resourceId, signal, ...(plan.since === null ? {} : { since: plan.since }) };
  for await (const page of source.read(request)) {
    // A program begins with one.
    if (page.rows.length === 0 && page.next !== null) continue;
    const wanted = page.rows.filter(
      (row) => isUnreadable(row) || !isOutside(plan, cursorOf(row, defined.cursor)),
    );
    const shape = compileShape(resource);
    const observer = createObserver();
    const rows: TestedRow[] = [];
    let unfit = 0;
    for (const [index, raw] of wanted.entries()) {
      if (index % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
      const row = JSON.parse(storable(filter(raw), ports.limits.rowBytes).text) as JsonValue;
      const verdict = shape(row);
      const deleted = verdict.fits && verdict.deleted;
      if (!deleted && isObservable(row)) observer.add(row);
      if (!verdict.fits) unfit += 1;
      if (rows.length === shownRows) continue;
      const { fits, key } = verdict;
      const why = verdict.fits ? { reason: null, message: null } : verdict;
      rows.push({ row, fits, deleted, key, reason: why.reason, message: why.message });
    }
    const known = await stores.schemas.get(connectionId, generation, resourceId);
    return {
      rows,
      count: page.rows.length,
      filtered: page.rows.length - wanted.length,
      unfit,
      total: page.total ?? null,
      more: page.next !== null,
      drift: driftOf(known, observer.seen(), driftContext(resource, rules)),
    };
  }
  throw new TributaryError('SOURCE_BAD_ANSWER', 'The app gave no page.');
}
