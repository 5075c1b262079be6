import { userInfo } from 'node:os';
import { ProblemError, UnreachableError } from './exit.ts';

type Value = string | number | boolean | undefined;

/** Calls the HTTP API; paths begin with a slash. */
export interface Api {
  /** Without a slash at the end. */
  readonly url: string;
  /** @throws {ProblemError} what the API said no with. @throws {UnreachableError} */
  get<T>(path: string, query?: Readonly<Record<string, Value>>): Promise<T>;
  post<T>(path: string, body?: object): Promise<T>;
  put<T>(path: string, body: object): Promise<T>;
}

const answerWithinMs = 60_000;

/** Puts values into a path, safely: `path\`/api/sessions/${id}\``. */
export const path = (texts: TemplateStringsArray, ...values: readonly string[]): string =>
  texts
    .map((text, at) => `${text}${at < values.length ? encodeURIComponent(values[at] ?? '') : ''}`)
    .join('');

/** What timelines show as the caller. */
function caller(): string {
  const name = userInfo().username.replace(/[^\x20-\x7e]/g, '');
  return name === '' ? 'cli' : `cli ${name}`.slice(0, 200);
}

/** Makes a client of the API at an address. */
export function createApi(address: string, token: string | undefined, actor: string = caller()): Api {
  const url = address.replace(/\/+$/, '');

  async function call<T>(method: string, to: string, body?: object): Promise<T> {
    let response: Response;
    try {
      response = await fetch(`${url}${to}`, {
        method,
        headers: {
          accept: 'application/json',
          'x-actor': actor,
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(answerWithinMs),
      });
    } catch (error) {
      throw new UnreachableError(`Nothing answers at ${url} (${reasonOf(error)}).`);
    }
    const text = await response.text();
    const parsed = parse(text);
    if (response.ok && parsed !== undefined) return parsed as T;
    throw new ProblemError({
      ...(typeof parsed === 'object' && parsed !== null ? parsed : {}),
      status: response.status,
      ...problemFields(parsed, response.status),
    });
  }

  return {
    url,
    get: (to, query = {}) => {
      const search = new URLSearchParams();
      for (const [name, value] of Object.entries(query))
        if (value !== undefined) search.set(name, String(value));
      return call('GET', search.size > 0 ? `${to}?${search}` : to);
    },
    post: (to, body = {}) => call('POST', to, body),
    put: (to, body) => call('PUT', to, body),
  };
}

function parse(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What every problem has, also where something else than our API answers. */
function problemFields(answer: unknown, status: number): { readonly code: string; readonly title: string } {
  const { code, title } = (answer ?? {}) as { readonly code?: unknown; readonly title?: unknown };
  return {
    code: typeof code === 'string' ? code : `HTTP_${status}`,
    title: typeof title === 'string' ? title : `The answer was ${status} and is not one of Tributary.`,
  };
}

function reasonOf(error: unknown): string {
  const { cause, name, message } = error as Error & { readonly cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${answerWithinMs / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}
