import type { ConnectionDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';
import { alertGrant } from './alerts.ts';
import { type LinkPorts, reauthorizeLink } from './connect-link.ts';

/** What events are written with. */
export interface EventPorts extends LinkPorts {
  readonly stores: LinkPorts['stores'] & Pick<Stores, 'events' | 'alerts'>;
}

/**
 * Writes the event of a connection that is in 8, with a link to authorize it again. Call it after the connection's
 * change; a repeated call is one event.
 */
export async function recordDeauthorized(
  ports: EventPorts,
  connection: ConnectionDoc,
  sessionId: string | null,
): Promise<void> {
  const { _id, generation, ownCode, ownCodeSince } = connection;
  if (ownCode !== 8 || ownCodeSince === null) return;
  const id = `${_id}/${generation}/Deauthorized/${ownCodeSince.toISOString()}`;
  await recordOnce(ports, connection, {
    ...{ id, type: 'Deauthorized', at: ownCodeSince, sessionId, data: {} },
    endsAt: null,
  });
}

/** Writes that a grant ends soon: once for each end and each warning before it. */
export async function recordGrantExpiring(
  ports: EventPorts,
  connection: ConnectionDoc,
  {
    endsAt,
    daysLeft,
    warning,
    at,
  }: {
    readonly endsAt: Date;
    readonly daysLeft: number;
    /** Days before the end at which this warning is due. */
    readonly warning: number;
    readonly at: Date;
  },
): Promise<void> {
  const id = `${connection._id}/${connection.generation}/GrantExpiring/${endsAt.toISOString()}/${warning}`;
  const data = { daysLeft, endsAt: endsAt.toISOString() };
  await recordOnce(ports, connection, { id, type: 'GrantExpiring', at, sessionId: null, data, endsAt });
}

interface Happened {
  readonly id: string;
  readonly type: 'Deauthorized' | 'GrantExpiring';
  readonly at: Date;
  readonly sessionId: string | null;
  readonly data: Readonly<Record<string, string | number>>;
  readonly endsAt: Date | null;
}

async function recordOnce(
  ports: EventPorts,
  connection: ConnectionDoc,
  { id, type, at, sessionId, data, endsAt }: Happened,
): Promise<void> {
  if ((await ports.stores.events.get(id)) !== null) return;
  const { _id: connectionId, company, app } = connection;
  await alertGrant(ports, connection, { id, at, endsAt });
  // Only the id is kept: the address with its signature is made for who may read the event.
  const connectLink = await reauthorizeLink(ports, connection, new Date());
  await ports.stores.events.put({
    _id: id,
    type,
    connectionId,
    company,
    app,
    sessionId,
    at,
    connectLink,
    data,
  });
}
