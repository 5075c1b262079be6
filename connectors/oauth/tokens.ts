import type * as oauth from 'oauth4webapi';
import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** What a company's consent gives us. Secret: it is stored encrypted and never enters a workflow. */
export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** ISO time; absent when the app does not say. */
  readonly expiresAt?: string;
  /** When the refresh token ends, ISO time; absent when nobody says. */
  readonly refreshExpiresAt?: string;
  readonly scope?: string;
}

/** What the definition says of the end of refresh tokens. */
export interface RefreshLife {
  readonly refreshTokenExpiresIn?: string | undefined;
  readonly refreshTokenDays?: number | undefined;
}

const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();

/** Errors that apps answer with in words of their own, by the name that the standard has for them. */
const standardErrors: Readonly<Record<string, string>> = {
  bad_verification_code: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
};

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The answer of a token endpoint in the form of the standard (RFC 6749, 5.1). Apps leave `token_type` out, name it as
 * they like, send empty fields, or answer an error with 200. An ID token is not asked for and is not read.
 */
export async function standardAnswer(response: Response): Promise<Response> {
  const text = await response.text();
  const { status, statusText, headers } = response;
  const same = () => new Response(text, { status, statusText, headers: jsonHeaders(headers) });
  let body: JsonValue;
  try {
    body = JSON.parse(text);
  } catch {
    return new Response(text, { status, statusText, headers });
  }
  if (!isObject(body)) return same();
  if (typeof body.error === 'string' && !body.access_token) {
    const error = standardErrors[body.error] ?? body.error;
    return Response.json(
      { ...body, error },
      { status: status === 200 ? 400 : status, headers: challenge(headers) },
    );
  }
  if (status < 200 || status > 299) return same();
  const kept = Object.entries(body).filter(([name, value]) => {
    if (name === 'id_token' || value === null || value === '') return false;
    return !['scope', 'refresh_token'].includes(name) || typeof value === 'string';
  });
  return Response.json({ ...Object.fromEntries(kept), token_type: 'bearer' });
}

/** The text was unpacked and read: only what is said of its form is still true. */
const jsonHeaders = (headers: Headers): Record<string, string> => ({
  ...challenge(headers),
  'content-type': headers.get('content-type') ?? 'application/json',
});

function challenge(headers: Headers): Record<string, string> {
  const given = headers.get('www-authenticate');
  return given === null ? {} : { 'www-authenticate': given };
}

/** Makes a token set of an answer; what it does not say is as it was `before`. */
export function tokenSet(
  answer: oauth.TokenEndpointResponse,
  { refreshTokenExpiresIn, refreshTokenDays }: RefreshLife = {},
  before?: TokenSet,
): TokenSet {
  const refreshToken = answer.refresh_token ?? before?.refreshToken;
  const scope = answer.scope ?? before?.scope;
  const said = refreshTokenExpiresIn === undefined ? undefined : Number(answer[refreshTokenExpiresIn]);
  const isNew = refreshToken !== before?.refreshToken;
  const days = isNew && refreshTokenDays !== undefined ? refreshTokenDays * 86_400 : undefined;
  const life = said !== undefined && Number.isFinite(said) && said > 0 ? said : days;
  const kept = isNew ? undefined : before?.refreshExpiresAt;
  const refreshExpiresAt = life === undefined ? kept : inSeconds(life);
  return {
    accessToken: answer.access_token,
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(answer.expires_in === undefined ? {} : { expiresAt: inSeconds(answer.expires_in) }),
    ...(refreshToken === undefined || refreshExpiresAt === undefined ? {} : { refreshExpiresAt }),
    ...(scope === undefined ? {} : { scope }),
  };
}
