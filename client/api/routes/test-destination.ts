import { settingsOf } from '../../../activities/sync/open.ts';
import type { DestinationCheck } from '../../../destinations/contract.ts';
import { errors, TributaryError } from '../../../domain/errors.ts';
import type { Route } from '../deps.ts';
import { destinationCheck, destinationParams } from '../schemas/destinations.ts';
import { findDestination } from '../sync-input.ts';

/** A person waits for it. */
const longestMs = 45_000;

/** Asks a destination whether it can be reached and may be written to. */
export const testDestination: Route = (api, deps) => {
  const schema = {
    summary: 'Test a destination',
    description:
      'Says everything that is wrong at once: it cannot be reached, credentials, rights. Nothing is written.',
    tags: ['Destinations'],
    params: destinationParams,
    response: { 200: destinationCheck },
  };
  api.post('/api/destinations/:id/test', { schema, config: { needs: 'change' } }, async ({ params }) => {
    const doc = await findDestination(deps, params.id);
    const driver = deps.delivery.driver(doc.kind);
    const { ok, problems, notes } = await asProblems(async () =>
      driver.check(settingsOf(deps, doc, AbortSignal.timeout(longestMs))),
    );
    return { ok, problems: [...problems], notes: [...notes] };
  });
};

/** What cannot even be asked is a problem like any other. */
async function asProblems(check: () => Promise<DestinationCheck>): Promise<DestinationCheck> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    const { message, code } = error;
    return { ok: false, problems: [`${message} ${errors[code].whatToDo}`], notes: [] };
  }
}
