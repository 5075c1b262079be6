import { TributaryError } from '../../../domain/errors.ts';
import type { Authorized, Connection } from '../../api/schemas/connections.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { startPass } from '../sessions.ts';
import { app, type Company, connectionOf } from './companies.ts';

/** Sees to it that the person (or the demonstration in their place) consents. */
export type Consent = (authorized: Authorized, company: Company) => Promise<void>;

/**
 * Gives a company a session that leads to Synced: a first one with consent, or one more of the connection there is.
 * What an earlier start left unfinished goes on.
 * @returns the id of the session
 */
export async function openSession(api: TributaryClient, company: Company, consent: Consent): Promise<string> {
  const connection = await findConnection(api, connectionOf(company));
  if (connection === null || connection.code === 26) {
    const connected = await api.connect({ company, app });
    await consent(connected, company);
    return connected.sessionId;
  }
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

async function findConnection(api: TributaryClient, id: string): Promise<Connection | null> {
  try {
    return await api.getConnection(id);
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
