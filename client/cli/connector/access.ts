import { parse, resolve } from 'node:path';
import { configurationFaults } from '../../../activities/authorization/configuration-faults.ts';
import {
  type AppAddress,
  credentialsValue,
  type SubmittedCredentials,
  tokenValue,
} from '../../../connectors/app.ts';
import type { ConnectorDefinition } from '../../../connectors/definition.ts';
import { fetchAccount, testConnection, testCredentials } from '../../../connectors/identity.ts';
import { fetchClientToken } from '../../../connectors/oauth.ts';
import {
  createReportSource,
  createSource,
  type SourceOptions,
  type SourcePlaces,
} from '../../../connectors/registry.ts';
import { takesBaseUrl } from '../../../connectors/set-up.ts';
import type { ReportSource, Source } from '../../../connectors/source.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject } from '../../../domain/json.ts';
import { createEgress } from '../../../platform/egress.ts';
import { parseSettings } from '../../../platform/settings.ts';
import { readSecret } from '../commands/shared.ts';
import { readConfiguration } from '../connect/configuration.ts';
import { UsageError } from '../exit.ts';

/** How a person lets a command in at an app. */
export interface AccessOptions {
  readonly baseUrl?: string;
  readonly user?: string;
  readonly secretFile?: string;
  readonly tokenFile?: string;
  /** `name=value` */
  readonly param?: readonly string[];
  /** Of a Singer tap or an Airbyte source: the program, in place of what the settings say. */
  readonly program?: string;
}

/** An app that can be asked. */
export interface Access {
  /** Tests the connection. @returns the account @throws TributaryError */
  readonly test: () => Promise<string>;
  readonly source: Source;
  /** Only of an app that is asked over HTTP. @throws TributaryError for another one */
  readonly reports: () => ReportSource;
  readonly close: () => Promise<void>;
}

/** @throws {UsageError} */
function addressOf(definition: ConnectorDefinition, { baseUrl, param = [] }: AccessOptions): AppAddress {
  if (baseUrl === undefined && takesBaseUrl(definition))
    throw new UsageError(`${definition.id} has no address of its own: give it with --base-url.`);
  if (baseUrl !== undefined && !(/^https?:/.test(baseUrl) && URL.canParse(baseUrl)))
    throw new UsageError(`"${baseUrl}" is no address such as https://shop.example.com.`);
  const parameters = Object.fromEntries(
    param.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError(`"${text}" is no parameter such as shop=acme.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
  const required = definition.parameters?.required;
  for (const name of Array.isArray(required) ? required.map(String) : [])
    if (!parameters[name])
      throw new UsageError(`${definition.id} needs a parameter: --param ${name}=<value>.`);
  return { baseUrl: baseUrl ?? null, parameters };
}

/** @throws {UsageError} */
async function secretOf({ auth }: ConnectorDefinition, options: AccessOptions): Promise<string> {
  const file = auth.kind === 'oauth2' ? (options.tokenFile ?? options.secretFile) : options.secretFile;
  const secret = file ? await readSecret(file) : process.env.TRIBUTARY_APP_SECRET;
  if (secret) return secret;
  throw new UsageError(
    auth.kind === 'oauth2'
      ? 'Name a file with an access token by --token-file, or set TRIBUTARY_APP_SECRET.'
      : 'Name the secret by --secret-file or TRIBUTARY_APP_SECRET.',
  );
}

/** @throws {UsageError} */
function submitted(
  { auth }: ConnectorDefinition,
  secret: string,
  user: string | undefined,
): SubmittedCredentials {
  if (auth.kind === 'configuration')
    return { kind: 'configuration', configuration: checkedConfiguration(auth, secret) };
  if (auth.kind === 'bearer') return { kind: 'bearer', token: secret };
  if (auth.kind === 'apiKey') return { kind: 'apiKey', key: secret };
  if (user === undefined)
    throw new UsageError(`The app takes a ${auth.kind === 'basic' ? 'user name' : 'client id'}: add --user.`);
  return auth.kind === 'basic'
    ? { kind: 'basic', username: user, password: secret }
    : { kind: 'clientCredentials', clientId: user, clientSecret: secret };
}

/** @throws {UsageError} naming what is wrong with the configuration, never its values */
function checkedConfiguration(auth: ConnectorDefinition['auth'], text: string): JsonObject {
  const configuration = readConfiguration(text);
  const faults = configurationFaults({ auth }, configuration);
  if (faults.length === 0) return configuration;
  const lines = faults.map(({ path, message }) => `  ${path || 'configuration'}: ${message}`);
  throw new UsageError(`The configuration cannot be used:\n${lines.join('\n')}`);
}

/** What sources may reach: the program that was named, else those of the settings, and every folder. */
function placesOf({ program }: ConnectorDefinition, options: AccessOptions): SourcePlaces {
  const own =
    program === undefined || options.program === undefined
      ? {}
      : { [program.executable]: [resolve(options.program)] };
  const named = process.env.TRIBUTARY_SOURCE_PROGRAMS;
  const { programs } = parseSettings(named === undefined ? {} : { TRIBUTARY_SOURCE_PROGRAMS: named }).sources;
  return { programs: { ...programs, ...own }, folders: [parse(process.cwd()).root] };
}

/**
 * Opens an app for a person at the terminal. Private addresses may be asked: it is their own machine that asks.
 * @param watch Told of every answer before it is read.
 * @param onSaid Told of what a program says to people.
 * @throws {UsageError} when something is not given that the app needs
 * @throws {TributaryError} when a token cannot be had
 */
export async function openAccess(
  definition: ConnectorDefinition,
  options: AccessOptions,
  watch: (answer: Response) => void = () => undefined,
  onSaid: (line: string) => void = (line) => console.error(line),
): Promise<Access> {
  const app = addressOf(definition, options);
  const secret = await secretOf(definition, options);
  const places = placesOf(definition, options);
  const egress = createEgress({ allow: ['0.0.0.0/0', '::/0', 'localhost'] });
  const ask: typeof fetch = async (input, init) => {
    const answer = await egress.fetch(input, init);
    watch(answer);
    return answer;
  };
  /** The credentials as they are sent, and how the account behind them is asked for. */
  const get = async () => {
    const given = definition.auth.kind === 'oauth2' ? undefined : submitted(definition, secret, options.user);
    if (given !== undefined && given.kind !== 'clientCredentials')
      return {
        value: credentialsValue(definition, given),
        account: () => testCredentials(definition, app, given, { fetch: ask, ...places }),
      };
    const settings = { ...app, clientId: '', clientSecret: '', allowPlainHttp: true };
    const { accessToken } = given
      ? await fetchClientToken(definition, settings, given, { fetch: egress.fetch })
      : { accessToken: secret };
    return {
      value: tokenValue(definition, accessToken),
      account: () => fetchAccount(definition, app, { accessToken }, { fetch: ask }),
    };
  };
  try {
    let credentials = await get();
    const parts: SourceOptions = {
      ...{ fetch: ask, onSaid, ...places },
      credentials: {
        authorization: async ({ refresh } = {}) => {
          if (refresh && definition.auth.kind !== 'clientCredentials')
            throw new TributaryError(
              'INVALID_CREDENTIALS',
              'The app answered 401: it does not take these credentials.',
            );
          if (refresh) credentials = await get();
          return credentials.value;
        },
      },
    };
    const source = createSource(definition, app, parts);
    const reports = () => createReportSource(definition, app, parts);
    const test = async (): Promise<string> => {
      if (definition.test) await testConnection(definition, app, credentials.value, { fetch: ask });
      return credentials.account();
    };
    return { test, source, reports, close: egress.close };
  } catch (error) {
    await egress.close();
    throw error;
  }
}
