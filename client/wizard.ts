import { type ConfigurationField, configurationFields } from '../connectors/configuration-form.ts';
import type { JsonObject } from '../domain/json.ts';
import type { App } from './api/schemas/apps.ts';
import type { CredentialsBody } from './api/schemas/connections.ts';

/** What the wizard asks a person at one of its steps. */
export interface WizardQuestion {
  /** Name of the field in the body of the step's call; of a prerequisite its id. */
  readonly name: string;
  readonly title: string;
  readonly kind: 'yesNo' | 'text' | 'number' | 'json' | 'secret' | 'choice' | 'choices';
  readonly required: boolean;
  /** More about it, or where it is found. */
  readonly description?: string;
  readonly example?: string;
  readonly default?: string | number | boolean | readonly string[];
  /** Of `choice` and `choices`. */
  readonly choices?: readonly string[];
  /** JSON Schema of the answer, where the definition has one. */
  readonly schema?: Readonly<Record<string, unknown>>;
}

/** The questions of every step of an app's wizard, each with its default. */
export interface WizardQuestions {
  /** Things that a person does at the app first. */
  readonly prerequisites: readonly WizardQuestion[];
  readonly connector: readonly WizardQuestion[];
  /** Without those that come with the consent. */
  readonly parameters: readonly WizardQuestion[];
  /** Empty for an app with OAuth, whose consent page asks, and for one that takes a configuration. */
  readonly credentials: readonly WizardQuestion[];
  /** Of an app that takes a configuration; `fillConfiguration` puts the answers together. */
  readonly configuration: readonly ConfigurationField[];
  readonly resources: readonly WizardQuestion[];
  /** Of the definition's own `finalization`. */
  readonly properties: readonly WizardQuestion[];
}

const text = (name: string, title: string, more: Partial<WizardQuestion> = {}): WizardQuestion => ({
  ...{ name, title, kind: 'text', required: false },
  ...more,
});
const secret = (name: string, title: string) => text(name, title, { kind: 'secret', required: true });

const credentialQuestions: Readonly<Record<App['auth'], readonly WizardQuestion[]>> = {
  oauth2: [],
  configuration: [],
  bearer: [secret('token', 'Token')],
  apiKey: [secret('key', 'Key')],
  basic: [text('username', 'User name', { required: true }), secret('password', 'Password')],
  clientCredentials: [
    text('clientId', 'Client id', { required: true }),
    secret('clientSecret', 'Client secret'),
  ],
};

/**
 * What a walk through the wizard of an app asks, in its order; `connectionStatus(id).next` says at which step a
 * connection stands.
 * @example const { credentials } = wizardQuestions(await api.getApp('tickets'));
 */
export const wizardQuestions = (app: App): WizardQuestions => ({
  prerequisites: app.prerequisites.map((one) =>
    text(one.id, one.text, {
      ...{ kind: 'yesNo', default: false },
      ...(one.url === null ? {} : { description: one.url }),
    }),
  ),
  connector: [
    text('pool', 'Worker pool', { default: 'default' }),
    text('timeZone', 'Time zone', { default: 'UTC', example: 'Europe/Berlin' }),
    text('schedule', 'When sessions start', {
      ...{ default: 'manual', example: '6h, or 0 6 * * 1-5' },
      description: 'manual, an interval, or five fields of cron in the time zone',
    }),
    ...(app.deduplicates
      ? [text('deduplication', 'Put records together that are one', { kind: 'yesNo', default: true })]
      : []),
    text('driftPolicy', 'When rows get other fields', {
      ...{ kind: 'choice', choices: ['propagate', 'ignore', 'pause'], default: 'propagate' },
    }),
  ],
  parameters: schemaQuestions(app.parameters).filter(({ name }) => !app.callbackParameters.includes(name)),
  credentials: credentialQuestions[app.auth],
  configuration: configurationFields((app.configuration ?? {}) as JsonObject),
  resources: [
    text('resources', 'Resources to load', {
      kind: 'choices',
      required: true,
      choices: app.resources.map(({ id }) => id),
      default: app.resources.filter(({ enabled }) => enabled).map(({ id }) => id),
    }),
    ...(app.resources.some(({ canBegin }) => canBegin)
      ? [
          text('historyStart', 'History begins at', {
            ...{ example: '2024-01-31', description: 'empty: everything there is' },
          }),
        ]
      : []),
  ],
  properties: schemaQuestions(app.finalization),
});

/** The answers to `credentials` as the calls take them; undefined for an app with OAuth. Not for a configuration. */
export const credentialsFrom = (
  app: App,
  answers: Readonly<Record<string, string>>,
): CredentialsBody | undefined =>
  app.auth === 'oauth2' ? undefined : ({ kind: app.auth, ...answers } as unknown as CredentialsBody);

interface PropertySchema {
  readonly type?: unknown;
  readonly title?: unknown;
  readonly description?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: unknown;
  readonly default?: unknown;
}

/** Plain properties of a JSON Schema; others are asked for as JSON. */
function schemaQuestions(schema: Readonly<Record<string, unknown>> | null): readonly WizardQuestion[] {
  const { properties = {}, required = [] } = (schema ?? {}) as {
    readonly properties?: Readonly<Record<string, PropertySchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, one]) => {
    const [example] = Array.isArray(one.examples) ? (one.examples as readonly unknown[]) : [];
    return text(name, typeof one.title === 'string' ? one.title : name, {
      kind: kindOf(one),
      required: required.includes(name),
      schema: one as Readonly<Record<string, unknown>>,
      ...(typeof one.description === 'string' ? { description: one.description } : {}),
      ...(example === undefined ? {} : { example: textOf(example) }),
      ...(one.enum === undefined ? {} : { choices: one.enum.map(String) }),
      ...(one.default === undefined
        ? {}
        : { default: isPlain(one.default) ? one.default : JSON.stringify(one.default) }),
    });
  });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const isPlain = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

function kindOf({ type, enum: choices }: PropertySchema): WizardQuestion['kind'] {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'yesNo';
  if (type === 'number' || type === 'integer') return 'number';
  return type === undefined || type === 'string' ? 'text' : 'json';
}
