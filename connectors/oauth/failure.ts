import * as oauth from 'oauth4webapi';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';
import { excerpt } from '../redact.ts';

const refusedClient = () =>
  new TributaryError('INVALID_CREDENTIALS', 'The app refused our client id or secret.');

/** Turns what a token request ended with into an error of the table; `invalidGrant` is what that means here. */
export function tokenFailure(error: unknown, invalidGrant: ErrorCode, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (error instanceof TributaryError) return error;
  if (error instanceof oauth.WWWAuthenticateChallengeError) return refusedClient();
  if (!(error instanceof oauth.ResponseBodyError))
    return new TributaryError('TOKEN_ENDPOINT_FAILED', undefined, {}, { cause: error });
  const named = excerpt(error.error, []);
  const details = { oauthError: named };
  if (error.error === 'invalid_grant') return new TributaryError(invalidGrant, undefined, details);
  if (error.error === 'invalid_client' || error.error === 'unauthorized_client')
    return new TributaryError('INVALID_CREDENTIALS', 'The app refused our client id or secret.', details);
  const said = `The token endpoint answered "${named}".`;
  // What the request itself is blamed for does not get better by asking again.
  const final = ['invalid_request', 'invalid_scope', 'unsupported_grant_type', 'invalid_target'];
  if (final.includes(error.error) && error.status < 500)
    return new TributaryError('INVALID_CREDENTIALS', said, details);
  return new TributaryError('TOKEN_ENDPOINT_FAILED', said, details);
}

/** The error that an authorization answer carries, or that it is not an answer to our question. */
export function answerFailure(error: unknown): TributaryError {
  if (!(error instanceof oauth.AuthorizationResponseError))
    return new TributaryError('STATE_FORGED', undefined, {}, { cause: error });
  // Whoever has the link can write what they like into the address.
  const named = excerpt(error.error, []);
  const details = { oauthError: named };
  switch (error.error) {
    case 'access_denied':
      return new TributaryError('CONSENT_DENIED', undefined, details);
    case 'server_error':
    case 'temporarily_unavailable':
      return new TributaryError('TOKEN_ENDPOINT_FAILED', `The app answered "${named}".`, details);
    default:
      return new TributaryError('INVALID_CREDENTIALS', `The app answered "${named}".`, details);
  }
}
