import { createHash } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import type { OpenDestination } from '../contract.ts';
import type { AirtableConfiguration, AirtableSecret } from './configuration.ts';
import { badAnswer, lockOutMs, meaningOf, parsed, type Refused, requestIdOf, unanswered } from './errors.ts';
import { type Call, GuardedAirtable, inCall } from './package.ts';

export type OpenAirtable = OpenDestination<AirtableConfiguration, AirtableSecret>;

export interface Question {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the base, or below the metadata API. */
  readonly path: string;
  readonly of?: 'base' | 'meta';
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

export interface Answered {
  readonly refused: false;
  readonly body: Readonly<Record<string, unknown>>;
  readonly requestId: string | null;
}

/** Airtable's limits; a base's is lower than a token's of ten bases. */
export const requestsPerSecond = 5;
const requestsPerSecondOfToken = 50;
const requestTimeoutMs = 60_000;

export type AirtableClient = ReturnType<typeof createClient>;

/** Asks the web API, each request in its turn. */
export function createClient({ configuration, secret, context }: OpenAirtable) {
  const airtable = new GuardedAirtable({
    apiKey: secret.token,
    endpointUrl: configuration.endpointUrl.replace(/\/+$/, ''),
    // The wait is everybody's, so the limiter keeps it.
    noRetryIfRateLimited: true,
    requestTimeout: requestTimeoutMs,
  });
  const tokenHash = createHash('sha256').update(secret.token).digest('hex').slice(0, 16);

  /**
   * @returns the answer, or how Airtable refused what the request contains
   * @throws {TributaryError} like `Delivery.write`; ADDRESS_REFUSED; the reason of an abort
   */
  async function ask(question: Question, signal: AbortSignal): Promise<Answered | Refused> {
    const turnOfToken = await context.turn(`airtable-token/${tokenHash}`, requestsPerSecondOfToken, signal);
    const turn = await context.turn(`airtable/${configuration.base}`, requestsPerSecond, signal);
    const { method, path, of = 'base', query = {}, body } = question;
    const call: Call = { fetch: context.egress.fetch, signal };
    const asked = airtable.base(of === 'meta' ? 'meta' : configuration.base);
    // What it rejects with has lost most of what was answered; the call has it.
    await inCall(call, () => asked.makeRequest({ method, path, qs: { ...query }, body })).catch(
      () => undefined,
    );
    turn.ended?.();
    turnOfToken.ended?.();
    const { answer } = call;
    if (answer === undefined) throw unanswered(call);
    if (answer.status === 200) {
      const found = parsed(answer.text);
      if (found === undefined) throw badAnswer(answer.status);
      return { refused: false, body: found, requestId: requestIdOf(answer.headers) };
    }
    const meaning = meaningOf(answer);
    if (!(meaning instanceof TributaryError)) return meaning;
    if (meaning.code === 'DESTINATION_RATE_LIMITED') await turn.lockOut(lockOutMs);
    throw meaning;
  }

  return { ask };
}
