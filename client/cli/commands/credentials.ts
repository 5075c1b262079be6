import type { CredentialsBody } from '../../api/schemas/connections.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { readConfiguration } from '../connect/configuration.ts';
import { UsageError } from '../exit.ts';
import { readSecret } from './shared.ts';

/** How a person names credentials on the command line; the secret itself never stands there. */
export interface CredentialsOptions {
  readonly user?: string;
  readonly clientId?: string;
  readonly secretFile?: string;
}

/** The credentials in the form that the connection's app takes. @throws {UsageError} */
export async function credentialsOf(
  api: TributaryClient,
  id: string,
  { user, clientId, secretFile }: CredentialsOptions,
): Promise<CredentialsBody> {
  const secret = secretFile ? await readSecret(secretFile) : process.env.TRIBUTARY_APP_SECRET;
  if (!secret) throw new UsageError('Name the secret by --secret-file or TRIBUTARY_APP_SECRET.');
  const { app } = await api.getConnection(id);
  const { auth } = await api.getApp(app);
  if (auth === 'apiKey') return { kind: auth, key: secret };
  if (auth === 'bearer') return { kind: auth, token: secret };
  if (auth === 'oauth2')
    throw new UsageError(`${app} is authorized by a consent link: tributary connection authorize ${id}`);
  if (auth === 'configuration') return { kind: auth, configuration: readConfiguration(secret) };
  if (auth === 'clientCredentials') {
    if (clientId === undefined) throw new UsageError(`${app} takes a client: add --client-id.`);
    return { kind: auth, clientId, clientSecret: secret };
  }
  if (user === undefined) throw new UsageError(`${app} takes a user name: add --user.`);
  return { kind: auth, username: user, password: secret };
}
