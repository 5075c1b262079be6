import { createHash } from 'node:crypto';
import {
  lockOutMs as ownLockOutMs,
  parsed,
  unanswered,
  wordsOf,
} from '../../destinations/airtable/errors.ts';
import { type Call, GuardedAirtable, inCall } from '../../destinations/airtable/package.ts';
import type { TakeTurn } from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { Egress } from '../../platform/egress.ts';
import type { SyncBaseSettings } from '../../platform/settings-sync-base.ts';
import type { Stores } from '../../stores/open.ts';

/** What the SYNC base is reached by. */
export interface SyncBasePorts {
  readonly stores: Stores;
  /** Asks every address that a user can set. */
  readonly egress: Egress;
  readonly syncBase: SyncBaseSettings;
}

/** Scopes of Airtable's tokens that the SYNC base needs. */
export const neededScopes = [
  'data.records:read',
  'data.records:write',
  'schema.bases:read',
  'schema.bases:write',
  'webhook:manage',
] as const;
export type Scope = (typeof neededScopes)[number];

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the API's version, such as `/meta/bases/<base>/tables`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Told where it is refused. */
  readonly needs: readonly Scope[];
  /** What is asked for, to people: "read the tables". */
  readonly to: string;
}

export type Body = Readonly<Record<string, unknown>>;

/** The same as the destination's, so that syncs, reports and the SYNC base share the limits of a base and a token. */
const perSecondOfBase = 5;
const perSecondOfToken = 50;
const timeoutMs = 60_000;

/**
 * Asks Airtable, each request in its turn.
 * @throws {TributaryError} SYNC_BASE_NO_TOKEN
 */
export function createAsk({ egress, syncBase, stores }: SyncBasePorts, base: string) {
  const { token, apiUrl, lockOutMs = ownLockOutMs } = syncBase;
  if (token === undefined) throw new TributaryError('SYNC_BASE_NO_TOKEN', 'AIRTABLE_TOKEN is not set.');
  const airtable = new GuardedAirtable({
    ...{ apiKey: token, endpointUrl: apiUrl, noRetryIfRateLimited: true, requestTimeout: timeoutMs },
  });
  const tokenHash = createHash('sha256').update(token).digest('hex').slice(0, 16);
  const turn: TakeTurn = stores.limiter.takeTurn;
  let calls = 0;

  /**
   * @throws {TributaryError} SYNC_BASE_TOKEN_REFUSED, SYNC_BASE_SCOPE, SYNC_BASE_GONE, SYNC_BASE_REJECTED,
   *   DESTINATION_RATE_LIMITED (the lock-out is kept), DESTINATION_QUOTA, DESTINATION_UNREACHABLE,
   *   DESTINATION_BAD_ANSWER, ADDRESS_REFUSED, STORE_UNAVAILABLE; the reason of an abort
   */
  async function ask(question: Question, signal: AbortSignal): Promise<Body> {
    const ofToken = await turn(`airtable-token/${tokenHash}`, perSecondOfToken, signal);
    const ofBase = await turn(`airtable/${base}`, perSecondOfBase, signal);
    const { method, path, query = {}, body } = question;
    const [, scope = '', ...rest] = path.split('/');
    const call: Call = { fetch: egress.fetch, signal };
    calls += 1;
    // What it rejects with has lost most of what was answered; the call has it.
    await inCall(call, () =>
      airtable.base(scope).makeRequest({ method, path: `/${rest.join('/')}`, qs: { ...query }, body }),
    ).catch(() => undefined);
    ofBase.ended?.();
    ofToken.ended?.();
    const { answer } = call;
    if (answer === undefined) throw unanswered(call);
    if (answer.status === 200) {
      // Deleting a webhook is answered with nothing.
      const found = answer.text === '' ? {} : parsed(answer.text);
      if (found !== undefined) return found;
    }
    const refusal = refusalOf(question, base, answer.status, answer.text, lockOutMs);
    if (refusal.code === 'DESTINATION_RATE_LIMITED') await ofBase.lockOut(lockOutMs);
    throw refusal;
  }

  /** Calls since it was asked last. */
  const takeCalls = (): number => {
    const made = calls;
    calls = 0;
    return made;
  };
  return { ask, takeCalls };
}

/** What an answer other than 200 means, in a sentence for people. */
export function refusalOf(
  { needs, to }: Pick<Question, 'needs' | 'to'>,
  base: string,
  status: number,
  text: string,
  lockOutMs = ownLockOutMs,
): TributaryError {
  const { code = `HTTP_${status}`, message } = wordsOf(text);
  const said = message === '' ? code : `${code}: ${message}`;
  const details = { httpStatus: status, airtable: code };
  const fault = (
    error: ConstructorParameters<typeof TributaryError>[0],
    sentence: string,
    more: object = {},
  ) => new TributaryError(error, sentence, { ...details, ...more });
  const scopes = needs.join(' and ');
  switch (status) {
    case 401:
      return fault('SYNC_BASE_TOKEN_REFUSED', `Airtable does not know the token, or it was revoked. ${said}`);
    case 403:
      return code === 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND'
        ? fault(
            'SYNC_BASE_GONE',
            `To ${to}, the token must reach the base ${base}: Airtable says that there is no such base, table or webhook, or that the token may not see it.`,
          )
        : fault('SYNC_BASE_SCOPE', `To ${to}, the token needs ${scopes}. ${said}`, { scopes: needs });
    case 404:
      return fault('SYNC_BASE_GONE', `To ${to}: Airtable does not find it (base ${base}). ${said}`);
    case 413:
    case 422:
      return fault('SYNC_BASE_REJECTED', `To ${to}: Airtable did not take it. ${said}`);
    case 429:
      return code === 'PUBLIC_API_BILLING_LIMIT_EXCEEDED'
        ? fault('DESTINATION_QUOTA', `Airtable's calls of this month are used up. ${said}`)
        : fault('DESTINATION_RATE_LIMITED', `Airtable asked us to wait. ${said}`, {
            retryAfterMs: lockOutMs,
          });
    default:
      return status === 408 || status >= 500
        ? fault('DESTINATION_UNREACHABLE', `Airtable answered with HTTP ${status}. ${said}`)
        : fault('DESTINATION_BAD_ANSWER', `HTTP ${status} with a body that is not Airtable's.`);
  }
}
