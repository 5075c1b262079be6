import { credentialsPlace } from '../app.ts';
import type { ConnectorDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent, repeated } from './inconsistency.ts';
import { checkJsonSchema, checkTexts } from './json-schemas.ts';
import { checkPlaceholders, parametersOf } from './placeholders.ts';

/** What we put into these requests ourselves. */
const ourConsentParams = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'scope',
  'code_challenge',
  'code_challenge_method',
];
const ourTokenParams = ['grant_type', 'client_id', 'client_secret', 'scope'];

function* checkAuth({ auth }: ConnectorDefinition): Generator<Inconsistency> {
  if (auth.kind === 'apiKey') {
    if ((auth.header === undefined) === (auth.query === undefined))
      yield inconsistent(['auth'], 'one of header and query', 'X-Api-Key', 'header');
    if (auth.query !== undefined && auth.prefix !== '')
      yield inconsistent(
        ['auth', 'prefix'],
        'a header beside it; in the address nothing stands before the key',
        '',
      );
  }
  const params: Readonly<Record<string, unknown>> =
    auth.kind === 'oauth2'
      ? auth.authorizationParams
      : auth.kind === 'clientCredentials'
        ? auth.tokenParams
        : {};
  const [name, ours] =
    auth.kind === 'oauth2' ? ['authorizationParams', ourConsentParams] : ['tokenParams', ourTokenParams];
  for (const param of Object.keys(params))
    if (ours.includes(param))
      yield inconsistent(
        ['auth', name, param],
        `a parameter that we do not set ourselves; ${param} is ours`,
        {
          access_type: 'offline',
        },
        name,
      );
}

function* checkIdentity(definition: ConnectorDefinition): Generator<Inconsistency> {
  if (definition.kind !== 'rest' || definition.identity === undefined) return;
  const { account, accountParameter } = definition.identity;
  if ((account === undefined) === (accountParameter === undefined))
    yield inconsistent(['identity'], 'one of account and accountParameter', '/id', 'account');
  if (accountParameter === undefined) return;
  const { declared, fromCallback } = parametersOf(definition);
  const all = [...declared, ...fromCallback];
  if (!all.includes(accountParameter))
    yield inconsistent(
      ['identity', 'accountParameter'],
      all.length > 0
        ? `a parameter of the connection: ${all.join(', ')}`
        : 'a parameter that `parameters` or `auth.callbackParameters` declares; there are none',
      all[0] ?? {
        type: 'object',
        required: [accountParameter],
        properties: { [accountParameter]: { type: 'string' } },
      },
      all.length > 0 ? 'accountParameter' : 'parameters',
    );
}

/** Texts with placeholders, outside of resources; true: needed before the consent. */
function textsOf({ baseUrl, auth, identity, test, headers }: ConnectorDefinition): [At, string, boolean][] {
  const found: [At, string | undefined, boolean][] = [
    [['baseUrl'], baseUrl, false],
    [['identity', 'path'], identity?.path, false],
    [['test', 'path'], test?.path, false],
    ...Object.entries(headers).map(([name, text]): [At, string, boolean] => [['headers', name], text, false]),
  ];
  if (auth.kind === 'oauth2')
    found.push(
      [['auth', 'authorizationUrl'], auth.authorizationUrl, true],
      [['auth', 'tokenUrl'], auth.tokenUrl, true],
      [['auth', 'issuer'], auth.issuer, true],
      [['auth', 'revocationUrl'], auth.revocationUrl, false],
    );
  if (auth.kind === 'clientCredentials') found.push([['auth', 'tokenUrl'], auth.tokenUrl, false]);
  return found.flatMap(([at, text, before]) => (text === undefined ? [] : [[at, text, before]]));
}

/** Authorization, identity, addresses, headers, errors, and what a person is asked for. */
export function* checkAccess(definition: ConnectorDefinition): Generator<Inconsistency> {
  yield* checkAuth(definition);
  yield* checkIdentity(definition);
  for (const [at, text, before] of textsOf(definition)) {
    const isAddress = at[0] === 'baseUrl' || at[0] === 'auth';
    yield* checkPlaceholders(definition, text, at, isAddress ? ['baseUrl'] : [], before);
    if (isAddress && text.lastIndexOf('{baseUrl}') > 0)
      yield inconsistent(at, '{baseUrl} at the beginning only', '{baseUrl}/api');
  }

  const place = credentialsPlace(definition);
  const taken = 'header' in place ? place.header.toLowerCase() : undefined;
  for (const name of Object.keys(definition.headers))
    if (name.toLowerCase() === taken)
      yield inconsistent(
        ['headers', name],
        `another header; ${name} carries the credentials`,
        { 'X-Api-Version': '1' },
        'headers',
      );

  for (const [i, rule] of definition.errors.entries()) {
    const all = [rule.status].flat();
    if (all.some((status) => status < 300) && rule.when === undefined)
      yield inconsistent(
        ['errors', i],
        'when beside a status under 300, else no answer is good',
        {
          at: '/error/code',
          equals: 'throttled',
        },
        'when',
      );
    const before = definition.errors.slice(0, i).filter((other) => other.when === undefined);
    const shadowed = all.filter((status) => before.some((other) => [other.status].flat().includes(status)));
    if (shadowed.length > 0)
      yield inconsistent(
        ['errors', i, 'status'],
        `a status that no rule above takes in every case; ${shadowed.join(', ')} is taken`,
        shadowed[0] === 403 ? 404 : 403,
      );
  }

  if (definition.parameters) {
    yield* checkJsonSchema(definition.parameters, ['parameters']);
    yield* checkTexts(definition.parameters, ['parameters']);
  }
  if (definition.finalization) yield* checkJsonSchema(definition.finalization, ['finalization']);
  for (const { at } of repeated(definition.prerequisites.map(({ id }) => id)))
    yield inconsistent(['prerequisites', at, 'id'], 'an id that no other prerequisite has', `step-${at + 1}`);
}
