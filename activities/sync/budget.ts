import type { DestinationDriver } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import { budgetOf, budgetSentence, callsFor, type SyncBudget } from '../../domain/sync-budget.ts';
import type { DestinationDoc, SyncRunDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

type Ports = { readonly stores: Pick<Stores, 'syncs' | 'syncRuns'> };
type Driver = Pick<DestinationDriver, 'description'>;

const runsPerRead = 100;

/** Some kinds let people set it. */
function rowsPerRequestOf({ description: { limits } }: Driver, { configuration }: DestinationDoc): number {
  const { rowsPerRequest } = configuration;
  return typeof rowsPerRequest === 'number' ? rowsPerRequest : limits.rowsPerRequest;
}

/** Requests of a run: those that were counted, and at least as many as its rows need. */
function requestsOf({ ledger, requests }: SyncRunDoc, rowsPerRequest: number): number {
  const { inserted, updated, deleted, rejected } = ledger;
  return requests === 0
    ? 0
    : Math.max(requests, callsFor(inserted + updated + deleted + rejected, rowsPerRequest));
}

/** Requests that runs which began in this calendar month (UTC) made, of all syncs of a destination. */
async function usedThisMonth(
  { stores }: Ports,
  destinationId: string,
  rowsPerRequest: number,
  now: Date,
): Promise<number> {
  const begin = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  let used = 0;
  for (const sync of await stores.syncs.list({ destinationId }))
    for (let before = sync.latestRun + 1; before > 1; before -= runsPerRead) {
      const runs = await stores.syncRuns.list(sync, { limit: runsPerRead, before });
      const mine = runs.filter(({ startedAt }) => startedAt.getTime() >= begin);
      for (const run of mine) used += requestsOf(run, rowsPerRequest);
      if (mine.length < runs.length || runs.length === 0) break;
    }
  return used;
}

/** What delivering rows to a destination would need. Runs are only looked at where a quota is set. */
export async function destinationBudget(
  ports: Ports,
  destination: DestinationDoc,
  driver: Driver,
  rows: number,
  now: Date = new Date(),
): Promise<SyncBudget> {
  const rowsPerRequest = rowsPerRequestOf(driver, destination);
  const { requestsPerSecond } = driver.description.limits;
  const { quota } = destination;
  const used = quota === null ? 0 : await usedThisMonth(ports, destination._id, rowsPerRequest, now);
  return budgetOf({ rows, rowsPerRequest, requestsPerSecond, quota, used });
}

/**
 * Before the first row of a run is sent.
 * @returns what it needs, to be noted with the run
 * @throws {TributaryError} DESTINATION_BUDGET when that is more than is left and the destination refuses it
 */
export async function checkBudget(
  ports: Ports,
  destination: DestinationDoc,
  driver: Driver,
  rows: number,
): Promise<SyncBudget> {
  const budget = await destinationBudget(ports, destination, driver, rows);
  if (budget.exceeds && budget.quota?.over === 'refuse')
    throw new TributaryError('DESTINATION_BUDGET', budgetSentence(budget));
  return budget;
}
