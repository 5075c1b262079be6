import type { ConnectorDefinition, ResourceDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent } from './inconsistency.ts';
import { checkJsonSchema } from './json-schemas.ts';

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (typeof value === 'object' && value !== null && Object.keys(value as object).length === 0);

const runsProgram = ({ kind }: ConnectorDefinition): boolean => kind === 'singer' || kind === 'airbyte';

/** Something that only apps have that are asked over HTTP. */
const notHere = (definition: ConnectorDefinition, path: At, example: unknown, key: string): Inconsistency =>
  inconsistent(
    path,
    `no "${path.at(-1)}" in a connector of kind ${definition.kind}: it is for apps that are asked over HTTP`,
    example,
    key,
  );

const configurationExample = {
  kind: 'configuration',
  schema: { type: 'object', required: ['location'], properties: { location: { type: 'string' } } },
};

function* checkKindAuth({ kind, auth }: ConnectorDefinition): Generator<Inconsistency> {
  if (kind === 'rest') {
    if (auth.kind === 'configuration')
      yield inconsistent(
        ['auth', 'kind'],
        'oauth2, clientCredentials, basic, bearer or apiKey in a connector of kind rest',
        'bearer',
      );
    return;
  }
  if (auth.kind !== 'configuration') {
    yield inconsistent(['auth'], `kind configuration in a connector of kind ${kind}`, configurationExample);
    return;
  }
  yield* checkJsonSchema(auth.schema, ['auth', 'schema']);
  if (auth.schema.type !== undefined && auth.schema.type !== 'object')
    yield inconsistent(['auth', 'schema', 'type'], 'object: the configuration is one', 'object');
}

function* checkKindIdentity({ kind, identity }: ConnectorDefinition): Generator<Inconsistency> {
  if (kind === 'rest') {
    if (identity === undefined)
      yield inconsistent(
        ['identity'],
        'identity, a request that says whose data it is, in a connector of kind rest',
        { path: '/me', account: '/id' },
      );
    else if (identity.path === undefined)
      yield inconsistent(['identity', 'path'], 'path in a connector of kind rest', '/me');
    return;
  }
  if (identity === undefined) return;
  for (const name of ['path', 'accountParameter'] as const)
    if (identity[name] !== undefined)
      yield inconsistent(
        ['identity', name],
        `only account, a pointer into the configuration, in a connector of kind ${kind}`,
        '/location',
        'account',
      );
  if (identity.account === undefined)
    yield inconsistent(['identity'], 'account, a pointer into the configuration', '/location', 'account');
}

/** What only apps have that are asked over HTTP, in one of another kind. */
function* checkHttpParts(definition: ConnectorDefinition): Generator<Inconsistency> {
  const { kind, baseUrl, parameters, headers, test, errors, errorMessage, rateLimit, reports } = definition;
  if (baseUrl !== '{baseUrl}') yield notHere(definition, ['baseUrl'], kind, 'kind');
  if (parameters !== undefined)
    yield inconsistent(
      ['parameters'],
      `no parameters in a connector of kind ${kind}: the configuration says all of it`,
      configurationExample,
      'auth',
    );
  for (const [name, value] of Object.entries({ headers, test, errors, errorMessage, reports }))
    if (!isEmpty(value)) yield notHere(definition, [name], kind, 'kind');
  for (const name of ['requestsPerSecond', 'concurrent', 'usageHeader'] as const)
    if (rateLimit?.[name] !== undefined) yield notHere(definition, ['rateLimit', name], 5, 'sessions');
}

function* checkProgram(definition: ConnectorDefinition): Generator<Inconsistency> {
  const { kind, program, id } = definition;
  if (runsProgram(definition) && program === undefined)
    yield inconsistent(['program'], `the program that is run, in a connector of kind ${kind}`, {
      executable: kind === 'singer' ? `tap-${id}` : `source-${id}`,
    });
  if (program === undefined) return;
  if (!runsProgram(definition))
    yield inconsistent(
      ['program'],
      `no program in a connector of kind ${kind}: only singer and airbyte run one`,
      'singer',
      'kind',
    );
  else if (/[/\\\s]/.test(program.executable))
    yield inconsistent(
      ['program', 'executable'],
      'a name of the setting TRIBUTARY_SOURCE_PROGRAMS, no path',
      `tap-${id}`,
    );
}

/** What the kind of a connector asks for, and what it has no use for. */
export function* checkKind(definition: ConnectorDefinition): Generator<Inconsistency> {
  yield* checkKindAuth(definition);
  yield* checkKindIdentity(definition);
  yield* checkProgram(definition);
  if (definition.kind !== 'rest') yield* checkHttpParts(definition);
}

function* checkRestResource(resource: ResourceDefinition, at: At): Generator<Inconsistency> {
  const { path, recordsPath, stream, file, incremental, contentField } = resource;
  if (path === undefined)
    yield inconsistent([...at, 'path'], 'path in a connector of kind rest', `/${resource.id}`);
  if (recordsPath === undefined)
    yield inconsistent([...at, 'recordsPath'], 'recordsPath in a connector of kind rest', '/data');
  for (const [name, value] of Object.entries({ stream, file, contentField }))
    if (value !== undefined)
      yield inconsistent(
        [...at, name],
        `no "${name}" in a connector of kind rest`,
        path ?? `/${resource.id}`,
        'path',
      );
  if (incremental?.bookmark !== undefined)
    yield inconsistent(
      [...at, 'incremental', 'bookmark'],
      'no bookmark in a connector of kind rest: the parameter that takes the cursor',
      'updated_since',
      'param',
    );
  else if (incremental !== undefined && incremental.param === undefined)
    yield inconsistent(
      [...at, 'incremental', 'param'],
      'the parameter that takes the cursor',
      'updated_since',
    );
}

const incrementalDefaults = { value: '{since}', untilValue: '{until}', format: 'asIs', inclusive: true };

function* checkBookmark(
  { kind }: ConnectorDefinition,
  { incremental }: ResourceDefinition,
  at: At,
): Generator<Inconsistency> {
  if (incremental === undefined) return;
  const here = [...at, 'incremental'];
  const { bookmark, ...others } = incremental;
  if (bookmark === undefined)
    yield inconsistent(
      here,
      `bookmark: true in a connector of kind ${kind}: the source keeps its own place`,
      { bookmark: true },
      'incremental',
    );
  for (const [name, value] of Object.entries(others))
    if (value !== undefined && value !== incrementalDefaults[name as keyof typeof incrementalDefaults])
      yield inconsistent(
        [...here, name],
        `bookmark alone: "${name}" is for apps that are asked over HTTP`,
        { bookmark: true },
        'incremental',
      );
}

/** One resource: what the kind of the connector asks of it, and what it has no use for. `at` is its place. */
export function* checkKindResource(
  definition: ConnectorDefinition,
  resource: ResourceDefinition,
  at: At,
): Generator<Inconsistency> {
  const { kind } = definition;
  if (kind === 'rest') {
    yield* checkRestResource(resource, at);
    return;
  }
  const { path, recordsPath, params, totalPath, stream, file, pagination } = resource;
  const example = kind === 'file' ? { pattern: `${resource.id}-*.csv`, format: 'csv' } : resource.id;
  const key = kind === 'file' ? 'file' : 'stream';
  for (const [name, value] of Object.entries({ path, params, recordsPath, totalPath }))
    if (!isEmpty(value) || value === '') yield notHere(definition, [...at, name], example, key);
  if (pagination.kind !== 'none') yield notHere(definition, [...at, 'pagination'], example, key);
  if (kind === 'file' && stream !== undefined)
    yield inconsistent([...at, 'stream'], 'no stream in a connector of kind file', example, 'file');
  if (kind === 'file' && file === undefined)
    yield inconsistent([...at, 'file'], 'which files these are, in a connector of kind file', example);
  if (kind !== 'file' && file !== undefined)
    yield inconsistent([...at, 'file'], `no files in a connector of kind ${kind}`, example, 'stream');
  const { contentField } = resource;
  if (contentField !== undefined && !resource.key.includes(contentField))
    yield inconsistent([...at, 'contentField'], 'a field of the key', [contentField], 'key');
  yield* checkBookmark(definition, resource, at);
}
