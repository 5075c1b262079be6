import type { ActivityPorts } from '../../activities/ports.ts';
import type { SyncBasePorts } from '../../activities/sync-base/ask.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { SyncBaseDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { notFound } from './problem.ts';

/** A call waits for its turns at Airtable; longer than this nobody waits for an answer. */
const patienceMs = 110_000;

const definitionOf =
  ({ definitions }: RouteDeps) =>
  (app: string): ConnectorDefinition => {
    const found = definitions().get(app);
    if (found === undefined) throw notFound('app', app);
    return found;
  };

/** What the SYNC base is reached by, from a route. */
export const portsOf = (deps: RouteDeps): SyncBasePorts & Pick<ActivityPorts, 'definition'> => ({
  ...{ stores: deps.stores, egress: deps.egress, syncBase: deps.syncBase },
  definition: definitionOf(deps),
});

/** @throws {TributaryError} NOT_FOUND */
export async function findSyncBase({ stores }: Pick<RouteDeps, 'stores'>, id: string): Promise<SyncBaseDoc> {
  const doc = await stores.syncBases.get(id);
  if (doc === null) throw notFound('SYNC base', id);
  return doc;
}

/**
 * Runs something that asks Airtable, and gives up after a while.
 * @throws {TributaryError} DESTINATION_UNREACHABLE after that while
 */
export async function withPatience<T>(run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    return await run(signal);
  } catch (error) {
    if (!signal.aborted || error instanceof TributaryError) throw error;
    throw new TributaryError('DESTINATION_UNREACHABLE', 'Airtable did not answer in time.');
  }
}

/** A row of Logs about a base. */
export const logSyncBase = (
  { stores, now }: Pick<RouteDeps, 'stores' | 'now'>,
  base: string,
  by: Actor,
  text: string,
): Promise<string> =>
  stores.logs.add({ at: now(), by, subject: `airtable/${base}`, text, before: null, after: null });

/** Makes or takes away its Schedule. @returns what there is to say where the engine cannot hear of it now */
export async function scheduleSyncBase(
  { syncBaseSchedules }: RouteDeps,
  base: string,
): Promise<readonly string[]> {
  try {
    await syncBaseSchedules.apply(base);
    return [];
  } catch (error) {
    if (!(error instanceof TributaryError) || error.code !== 'ENGINE_UNAVAILABLE') throw error;
    return ['The engine cannot be reached now; this is in force within two minutes after it is back.'];
  }
}
