import { TributaryError } from '../../domain/errors.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import { appSettings } from '../connection.ts';
import type { ActivityPorts } from '../ports.ts';
import { draftOf, keepGrant, longestTestMs, tryCredentials, tryGrant } from './access.ts';
import { closeAuthorization } from './close-authorization.ts';
import { writeFenced } from './fence.ts';
import { testFailed } from './test-failed.ts';
import { connected } from './wizard.ts';

/**
 * `setConnectionConfiguration`: what was given is saved first and tested then (document 002). Credentials make the
 * connection CONNECTED; without any the saved ones are tested again. For an app with OAuth the caller opens the session
 * after this, and its 9 makes the connection CONNECTED.
 */
export async function setAccess(
  ports: ActivityPorts,
  procedure: ProcedureDoc,
  connection: ConnectionDoc,
): Promise<ProcedureAnswer> {
  const { _id: connectionId, parameters: before } = connection;
  const definition = ports.definition(connection.app);
  const given = (procedure.arguments.parameters ?? {}) as Readonly<Record<string, string>>;
  const parameters = { ...before, ...given };
  const saved = await writeFenced(ports, procedure, () => ({ parameters }));
  if (definition.auth.kind === 'oauth2') {
    // Nothing of another account was loaded yet: whoever consents now decides whose data it is.
    await writeFenced(ports, procedure, ({ account }) => (account === null ? null : { account: null }));
    await closeAuthorization(ports, connectionId, procedure.by, [9]);
    return { responseCode: 'OK', message: 'Saved. Consent is asked for next.' };
  }
  try {
    const credentials = await draftOf(ports, procedure);
    const app = await appSettings(ports, saved);
    const asking = {
      fetch: ports.egress.fetch,
      signal: AbortSignal.timeout(longestTestMs),
      ...ports.sources,
    };
    if (credentials !== null && credentials.kind !== 'clientCredentials')
      await keepGrant(ports, procedure, saved, saved.account ?? '', { kind: 'submitted', credentials });
    const { account, secret } =
      credentials === null
        ? await tryGrant(ports, saved, definition, app, asking)
        : await tryCredentials(definition, app, credentials, asking);
    if (secret !== undefined) await keepGrant(ports, procedure, saved, account, secret);
    await writeFenced(ports, procedure, (now) => connected(now, account));
    // One that was opened for a person to answer has nothing to wait for any more, however the answer was.
    await closeAuthorization(ports, connectionId, procedure.by, [6, 7, 20]);
    return { responseCode: 'OK', message: 'The configuration was saved and tested.' };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    return testFailed(error, 'The configuration is saved; the connection is not CONNECTED by it.');
  }
}
