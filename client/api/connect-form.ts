import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { configurationFaults } from '../../activities/authorization/configuration-faults.ts';
import { secretContext } from '../../activities/secret-context.ts';
import { configurationSchema } from '../../connectors/configuration.ts';
import {
  type ConfigurationField,
  configurationFields,
  fillConfiguration,
} from '../../connectors/configuration-form.ts';
import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import { requireSetUp } from './authorization.ts';
import { inputName } from './configuration-inputs.ts';
import { askedParameters, type OpenLink } from './connect-link.ts';
import { connectPage, credentialFields } from './connect-page.ts';
import type { RouteDeps } from './deps.ts';
import { findDefinition } from './find.ts';
import { failureText } from './outcome-text.ts';
import { sendHtml } from './pages.ts';
import { resourceSettings } from './resource-settings.ts';
import { type CredentialsBody, credentialsBody } from './schemas/connections.ts';

/** What a person sent by the page. */
export interface SentForm {
  readonly parameters: Readonly<Record<string, string>>;
  /** Undefined for an app with a consent page of its own. */
  readonly credentials: CredentialsBody | undefined;
  /** What is shown again beside the faults, by the name of the input; never secrets. */
  readonly values: Readonly<Record<string, string>>;
  /** What is missing, in plain words. */
  readonly faults: readonly string[];
}

/** Answers with the page of an open link; 422 where what was sent has faults. */
export async function showLink(
  deps: RouteDeps,
  reply: FastifyReply,
  { link, connection, outcome }: OpenLink,
  {
    faults = [],
    values = {},
  }: { readonly faults?: readonly string[]; readonly values?: SentForm['parameters'] } = {},
) {
  const definition = findDefinition(deps, link.app);
  await requireSetUp(deps, definition);
  const failed = outcome.kind === 'failed' ? [failureText(outcome, definition.name)] : [];
  const again = connection?.generation === link.generation;
  const settings = again ? connection.resources : resourceSettings(definition, link.settings).settings;
  const html = connectPage({
    definition,
    company: (await deps.stores.companies.get(link.company.id))?.name ?? link.company.name,
    again: again && connection.account !== null,
    resources: settings.filter(({ enabled }) => enabled).map(({ id }) => id),
    parameters: askedParameters(definition, link, connection),
    values,
    notices: faults.length > 0 ? faults : failed,
    expiresAt: link.expiresAt,
  });
  return sendHtml(reply, faults.length > 0 ? 422 : 200, html);
}

/** Reads what the page sends; what it did not ask for is not looked at. */
export function readForm(definition: ConnectorDefinition, open: OpenLink, form: URLSearchParams): SentForm {
  const parameters = Object.fromEntries(
    askedParameters(definition, open.link, open.connection).flatMap(({ name }) => {
      const value = form.get(`parameter.${name}`)?.trim() ?? '';
      return value === '' ? [] : [[name, value.slice(0, 500)]];
    }),
  );
  const undone = definition.prerequisites
    .filter(({ id }) => form.get(`done.${id}`) === null)
    .map(({ text }) => `Please confirm: ${text}`);
  const { auth } = definition;
  if (auth.kind === 'oauth2')
    return { parameters, credentials: undefined, values: parameters, faults: undone };
  if (auth.kind === 'configuration') {
    const { values, faults, configuration } = readConfiguration(definition, form);
    return {
      parameters,
      credentials: { kind: 'configuration', configuration },
      values: { ...parameters, ...values },
      faults: [...undone, ...faults],
    };
  }
  const fields = credentialFields[auth.kind];
  const given = fields.map(({ name }) => [name, form.get(`credential.${name}`) ?? ''] as const);
  const parsed = credentialsBody.safeParse({ kind: auth.kind, ...Object.fromEntries(given) });
  const missing = fields
    .filter(({ name }) => (form.get(`credential.${name}`) ?? '') === '')
    .map(({ label }) => `${label} is missing.`);
  return {
    parameters,
    credentials: parsed.data,
    values: parameters,
    faults: [...undone, ...(parsed.success ? [] : missing)],
  };
}

/** The configuration that the page sent, and what is wrong with it. */
function readConfiguration(definition: ConnectorDefinition, form: URLSearchParams) {
  const fields = configurationFields(configurationSchema(definition) ?? {});
  const given = (field: ConfigurationField) => form.get(inputName(field)) ?? '';
  const { configuration, faults } = fillConfiguration(fields, given);
  const shown = fields.filter(({ kind, long }) => kind !== 'secret' && long !== true);
  return {
    configuration,
    values: Object.fromEntries(shown.map((field) => [inputName(field), given(field)])),
    faults:
      faults.length > 0
        ? faults
        : configurationFaults(definition, configuration).map(
            ({ path, message }) => `${titleOf(fields, path)} ${message}.`,
          ),
  };
}

const titleOf = (fields: readonly ConfigurationField[], path: string): string =>
  path === '' ? 'What was entered' : (fields.find((one) => one.path.join('.') === path)?.title ?? path);

/** Id of the inbox entry of credentials. @param key The same key again is the same entry. */
export const credentialsEntryId = (connectionId: string, key: string = randomUUID()): string =>
  `credentials/${connectionId}/${key}`;

/** Stores what a person typed in, encrypted, and tells the session. */
export async function takeCredentials(
  { stores, secrets, dispatcher, now }: RouteDeps,
  { _id: connectionId, generation }: ConnectionDoc,
  credentials: CredentialsBody,
  _id: string,
): Promise<void> {
  const payload = secrets.seal(credentials, secretContext.inbox(_id));
  await stores.inbox.put({ _id, connectionId, generation, kind: 'credentials', payload, receivedAt: now() });
  dispatcher.nudge(connectionId);
}
