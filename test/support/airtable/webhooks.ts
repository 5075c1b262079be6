import type { Asked } from '../apps/http.ts';
import { bodyOf } from './body.ts';
import { refusals } from './errors.ts';
import { type Action, type Actor, tableChangesOf, type Wanted } from './journal.ts';
import { newId } from './model.ts';
import { isObject, type Json } from './records.ts';
import { demand, type Scope, type Token } from './tokens.ts';

/** "Create a webhook": ten a base; an expired one can be read for another seven days. */
const mostPerBase = 10;
const lifeMs = 7 * 86_400_000;
/** "List webhook payloads": at most 50 in an answer. */
const mostListed = 50;
const dataTypesKnown = ['tableData', 'tableFields', 'tableMetadata'];

interface Webhook {
  readonly id: string;
  readonly specification: Json;
  readonly wanted: Wanted;
  expiresAt: number;
  next: number;
  payloads: { readonly number: number; readonly at: number; readonly payload: Json }[];
}

export type Webhooks = ReturnType<typeof createWebhooks>;

/** The webhooks of one base. Nothing is called: notifications are not part of the stand-in. */
export function createWebhooks(now: () => number) {
  let hooks: Webhook[] = [];
  let transaction = 0;

  const tidy = (): void => {
    hooks = hooks.filter(({ expiresAt }) => now() < expiresAt + lifeMs);
    for (const hook of hooks) hook.payloads = hook.payloads.filter(({ at }) => now() < at + lifeMs);
  };
  const find = (id: string | undefined): Webhook => {
    tidy();
    const found = hooks.find((hook) => hook.id === id);
    if (found === undefined) throw refusals.notFound();
    return found;
  };
  const isActive = ({ expiresAt }: Webhook): boolean => now() < expiresAt;
  const iso = (at: number): string => new Date(at).toISOString();

  function create(token: Token, body: Json): Json {
    const options = isObject(body.specification) ? body.specification.options : undefined;
    const filters = isObject(options) ? options.filters : undefined;
    if (!isObject(filters) || !Array.isArray(filters.dataTypes) || filters.dataTypes.length === 0)
      throw refusals.invalid();
    const dataTypes = filters.dataTypes.map(String);
    if (dataTypes.some((one) => !dataTypesKnown.includes(one))) throw refusals.invalid();
    for (const scope of scopesOf(dataTypes)) demand(token, scope);
    // "Creator level permissions are required."
    if (token.permission !== 'create') throw refusals.notPermitted();
    tidy();
    if (hooks.length >= mostPerBase) throw refusals.tooManyWebhooks();
    const { recordChangeScope } = filters;
    const includes = isObject(options) && isObject(options.includes) ? options.includes : {};
    const hook: Webhook = {
      ...{ id: newId('ach'), specification: body.specification as Json, next: 1, payloads: [] },
      wanted: {
        dataTypes,
        scope: typeof recordChangeScope === 'string' ? recordChangeScope : undefined,
        previousCells: includes.includePreviousCellValues === true,
        previousFields: includes.includePreviousFieldDefinitions === true,
      },
      expiresAt: now() + lifeMs,
    };
    hooks.push(hook);
    return { id: hook.id, macSecretBase64: 'c2VjcmV0', expirationTime: iso(hook.expiresAt) };
  }

  function payloads(token: Token, hook: Webhook, { searchParams }: URL): Json {
    for (const scope of scopesOf(hook.wanted.dataTypes)) demand(token, scope);
    const from = Number(searchParams.get('cursor') ?? 1);
    const limit = Number(searchParams.get('limit') ?? mostListed);
    if (!Number.isInteger(from) || from < 1 || !Number.isInteger(limit) || limit < 1 || limit > mostListed)
      throw refusals.invalid();
    // "Calling this endpoint will also extend the life of the webhook if it is active."
    if (isActive(hook)) hook.expiresAt = now() + lifeMs;
    const left = hook.payloads.filter(({ number }) => number >= from);
    const given = left.slice(0, limit);
    return {
      payloads: given.map(({ payload }) => payload),
      cursor: (given.at(-1)?.number ?? from - 1) + 1,
      mightHaveMore: left.length > given.length,
    };
  }

  return {
    /** Notes an action for every webhook that is meant. */
    note({ source, user }: Actor, action: Action): void {
      transaction += 1;
      for (const hook of hooks.filter(isActive)) {
        const changedTablesById = tableChangesOf(action, hook.wanted);
        if (Object.keys(changedTablesById).length === 0) continue;
        const payload = {
          ...{ timestamp: iso(now()), baseTransactionNumber: transaction, payloadFormat: 'v0' },
          actionMetadata: { source, sourceMetadata: metadataOf({ source, user }) },
          changedTablesById,
        };
        hook.payloads.push({ number: hook.next, at: now(), payload });
        hook.next += 1;
      }
    },
    /** Takes a webhook away, as another integration or a person may. */
    drop: (): void => {
      hooks = [];
    },
    /** Answers a request below `/v0/bases/<base>/webhooks`. */
    answer(token: Token, asked: Asked, [id, part]: readonly string[]): Json {
      demand(token, 'webhook:manage');
      const { method, url } = asked;
      if (id === undefined && method === 'POST') return create(token, bodyOf(asked));
      if (id === undefined && method === 'GET') {
        tidy();
        return { webhooks: hooks.map((hook) => shown(hook, isActive(hook))) };
      }
      if (method === 'GET' && part === 'payloads') return payloads(token, find(id), url);
      if (method === 'POST' && part === 'refresh') {
        const hook = find(id);
        // "This endpoint only applies to active webhooks."
        if (!isActive(hook)) throw refusals.invalid('the webhook has expired.');
        hook.expiresAt = now() + lifeMs;
        return { expirationTime: iso(hook.expiresAt) };
      }
      if (method === 'DELETE' && id !== undefined && part === undefined) {
        const gone = find(id);
        hooks = hooks.filter((hook) => hook !== gone);
        return {};
      }
      throw refusals.notFound();
    },
  };
}

/** Only people and programs with a token have a name ("Webhooks action"). */
const metadataOf = ({ source, user }: Actor): Json => {
  if (source === 'client' || source === 'publicApi') return { user: { ...user, permissionLevel: 'edit' } };
  return source === 'automation' ? { automationId: 'wfl00000000000001' } : {};
};

/** "Webhooks overview", authorization. */
const scopesOf = (dataTypes: readonly string[]): readonly Scope[] => [
  ...(dataTypes.includes('tableData') ? (['data.records:read'] as const) : []),
  ...(dataTypes.some((one) => one !== 'tableData') ? (['schema.bases:read'] as const) : []),
];

/** "List webhooks" */
const shown = ({ id, specification, next, expiresAt }: Webhook, active: boolean): Json => ({
  ...{ id, specification, cursorForNextPayload: next, isHookEnabled: active, areNotificationsEnabled: false },
  ...{ expirationTime: new Date(expiresAt).toISOString(), notificationUrl: null },
  ...{ lastNotificationResult: null, lastSuccessfulNotificationTime: null },
});
