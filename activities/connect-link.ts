import { randomBytes } from 'node:crypto';
import type { SecretBox } from '../platform/crypto.ts';
import type { ConnectionDoc, ConnectLinkDoc } from '../stores/model.ts';
import type { Stores } from '../stores/open.ts';

const purpose = 'connect-link';
/** A person may be on holiday when an event asks for a new authorization. */
const reauthorizeMs = 30 * 86_400_000;

/** Ports of whoever makes or reads links. */
export interface LinkPorts {
  readonly stores: Pick<Stores, 'connectLinks' | 'companies'>;
}

/** The path of a link: its id and our signature, so that nobody who only reads the store can make one. */
export const connectPath = (secrets: Pick<SecretBox, 'sign'>, id: string): string =>
  `/connect/${id}.${secrets.sign(id, purpose)}`;

/** The id in the last part of a link's path; undefined when it was not signed by us. */
export function linkIdOf(secrets: Pick<SecretBox, 'verify'>, token: string): string | undefined {
  const [id = '', signature = ''] = token.split(/\.(.*)/s);
  return id !== '' && secrets.verify(id, signature, purpose) ? id : undefined;
}

/** Stores a link. @returns its id */
export async function storeConnectLink(
  { stores }: LinkPorts,
  link: Omit<ConnectLinkDoc, '_id' | 'sessionId' | 'answer'>,
): Promise<string> {
  const _id = randomBytes(16).toString('base64url');
  await stores.connectLinks.create({ _id, ...link, sessionId: null, answer: null });
  return _id;
}

/** A link by which the customer authorizes a connection again, with its data and cursors. @returns its id */
export async function reauthorizeLink(
  ports: LinkPorts,
  connection: ConnectionDoc,
  at: Date,
): Promise<string> {
  const { company: id, app, generation, parameters, driftPolicy, pool, timeZone, unattended } = connection;
  const company = await ports.stores.companies.get(id);
  return storeConnectLink(ports, {
    company: { id, name: company?.name ?? id },
    app,
    connectionId: connection._id,
    generation,
    settings: { parameters, driftPolicy, pool, timeZone, unattended },
    createdAt: at,
    expiresAt: new Date(at.getTime() + reauthorizeMs),
  });
}
