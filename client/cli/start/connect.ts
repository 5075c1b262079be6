import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import type { Authorized } from '../../api/schemas/connections.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { findConnection } from '../connect/identity.ts';
import { walk } from '../connect/walk.ts';
import { startPass } from '../sessions.ts';
import { app, type Company, connectionOf } from './companies.ts';

/** Sees to it that the person (or the demonstration in their place) consents. */
export type Consent = (authorized: Authorized, company: Company) => Promise<void>;

/**
 * Gives a company a session that leads to Synced: a first one through the wizard, or one more of the connection there
 * is. What an earlier start left unfinished goes on.
 * @returns the id of the session
 */
export async function openSession(api: TributaryClient, company: Company, consent: Consent): Promise<string> {
  const connection = await findConnection(api, connectionOf(company));
  if (connection === null || connection.code === 26 || connection.status === 'CONFIGURING')
    return throughWizard(api, company, consent);
  const { id, latestSession: latest, authorized } = connection;
  if (!authorized || latest === null || [6, 7, 8, 20].includes(connection.code ?? 0)) {
    const opened = await api.authorize(id);
    await consent(opened, company);
    return opened.sessionId;
  }
  if (latest.closedAt !== null) return startPass(api, id);
  if (latest.kind === 'error') await api.call(latest.id, 'retry');
  return latest.id;
}

const workerRunsWithinMs = 60_000;

/** As `tributary connect --yes` does, with the sample's answers. */
async function throughWizard(api: TributaryClient, company: Company, consent: Consent): Promise<string> {
  const until = Date.now() + workerRunsWithinMs;
  for (;;) {
    try {
      const { connectionId, sessionId } = await walk({
        ...{ api, app },
        answers: { company: company.id, companyName: company.name, connector: { timeZone: 'UTC' } },
        person: { say: () => undefined },
        consents: (authorized) => consent(authorized, company),
      });
      return sessionId ?? (await startPass(api, connectionId));
    } catch (error) {
      // The worker may need a moment more than the API; a walk goes on where it stopped.
      const early = error instanceof TributaryError && error.details.responseCode === 'POOL_INACCESSIBLE';
      if (!early || Date.now() > until) throw error;
      await delay(300);
    }
  }
}
