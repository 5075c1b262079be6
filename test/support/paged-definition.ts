import {
  type ConnectorDefinition,
  type ConnectorDefinitionInput,
  definitionSchema,
} from '../../connectors/definition.ts';
import type { JsonObject } from '../../domain/json.ts';

export type PagedAuth = 'bearer' | 'basic' | 'apiKey' | 'oauth2';

/** What the app takes as credentials (not for oauth2). The account they open is `app.account`. */
export const pagedCredentials = {
  basic: { kind: 'basic', username: 'ada', password: 'right' },
  bearer: { kind: 'bearer', token: 'right-token' },
  apiKey: { kind: 'apiKey', key: 'right-key' },
} as const;

/** Client of `oauth2`. */
export const pagedClient = { clientId: 'tributary', clientSecret: 'paged-secret' } as const;

export interface PagedDefinitionOptions {
  /** @default 'paged' */
  readonly id?: string;
  /** @default ['orders'] */
  readonly resources?: readonly string[];
  /** @default 'bearer' */
  readonly auth?: PagedAuth;
  /** Waits for webhooks before it loads. @default false */
  readonly aggregator?: false | 'first' | 'all';
  /** Puts the app in the deduplication list: records of the first resource with equal `email` are one. @default false */
  readonly deduplication?: boolean;
  /** @default 'stop' */
  readonly onError?: 'stop' | 'continue' | Readonly<Record<string, 'stop' | 'continue'>>;
  /** Reads only what was updated since the last session. @default true */
  readonly incremental?: boolean;
}

const authOf: Record<PagedAuth, ConnectorDefinitionInput['auth']> = {
  basic: { kind: 'basic' },
  bearer: { kind: 'bearer' },
  apiKey: { kind: 'apiKey', header: 'x-api-key' },
  oauth2: {
    kind: 'oauth2',
    authorizationUrl: '{baseUrl}/oauth/authorize',
    tokenUrl: '{baseUrl}/oauth/token',
    revocationUrl: '{baseUrl}/oauth/revoke',
  },
};

/** The definition of a paged app. Its rows are `{ id, updated_at, amount?, email? }` with anything beside. */
export function pagedDefinition(options: PagedDefinitionOptions = {}): ConnectorDefinition {
  const {
    resources = ['orders'],
    auth = 'bearer',
    aggregator = false,
    incremental = true,
    onError = 'stop',
  } = options;
  return definitionSchema.parse({
    version: 1,
    id: options.id ?? 'paged',
    name: 'Paged app',
    auth: authOf[auth],
    identity: { path: '/me', account: '/id' },
    aggregator: aggregator !== false,
    ...(aggregator === false ? {} : { webhooks: { expect: aggregator } }),
    ...(options.deduplication
      ? { deduplication: [{ resource: resources[0] ?? 'orders', match: [['email']] }] }
      : {}),
    resources: resources.map((id) => ({
      id,
      name: id,
      path: `/${id}`,
      recordsPath: '/data',
      totalPath: '/total',
      key: ['id'],
      cursor: 'updated_at',
      ...(incremental ? { incremental: { param: 'since' } } : {}),
      pagination: { kind: 'cursor', param: 'cursor', nextPath: '/next' },
      onError: typeof onError === 'string' ? onError : (onError[id] ?? 'stop'),
      schema: {
        type: 'object',
        required: ['id', 'updated_at'],
        properties: {
          id: { type: ['string', 'integer'] },
          updated_at: { type: 'string', format: 'date-time' },
          amount: { type: 'number' },
          email: { type: 'string' },
        },
      },
    })),
  } satisfies ConnectorDefinitionInput);
}

/** Rows that fit `pagedDefinition`: ids r<from>, r<from+1>, ... updated a second apart. */
export function pagedRows(count: number, from = 1): JsonObject[] {
  return Array.from({ length: count }, (_, i) => ({
    id: `r${from + i}`,
    updated_at: new Date(Date.UTC(2024, 0, 1) + (from + i) * 1000).toISOString(),
    amount: from + i,
    email: `person${from + i}@example.com`,
  }));
}
