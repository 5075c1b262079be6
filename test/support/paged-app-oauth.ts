import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** The OAuth side of the paged app: consent is given (or denied) at once, refresh tokens rotate. */
export interface TokenDesk {
  /** Answers /oauth/...; false when the address is another. */
  readonly handle: (url: URL, request: IncomingMessage, response: ServerResponse) => Promise<boolean>;
  readonly isValid: (accessToken: string) => boolean;
  /** Access tokens stop working; refresh tokens go on. */
  readonly expireAccess: () => void;
  /** How often tokens were given for a refresh token. */
  readonly refreshes: () => number;
  /** How many grants were revoked at /oauth/revoke. */
  readonly revocations: () => number;
}

interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

interface Switches {
  readonly deny: boolean;
  readonly revoked: boolean;
  tokenErrors: number;
}

export function createTokens(client: Client, switches: Switches): TokenDesk {
  const codes = new Map<string, string>();
  const access = new Set<string>();
  const refresh = new Set<string>();
  let refreshes = 0;
  let revocations = 0;

  function send(response: ServerResponse, status: number, body: unknown): true {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
    return true;
  }

  function authorize(url: URL, response: ServerResponse): true {
    const back = new URL(url.searchParams.get('redirect_uri') ?? 'http://missing');
    back.searchParams.set('state', url.searchParams.get('state') ?? '');
    if (switches.deny) back.searchParams.set('error', 'access_denied');
    else {
      const code = randomUUID();
      codes.set(code, url.searchParams.get('code_challenge') ?? '');
      back.searchParams.set('code', code);
    }
    response.writeHead(303, { location: back.href });
    response.end();
    return true;
  }

  function give(response: ServerResponse): true {
    const tokens = { access_token: randomUUID(), refresh_token: randomUUID() };
    access.add(tokens.access_token);
    refresh.add(tokens.refresh_token);
    return send(response, 200, { ...tokens, token_type: 'bearer', expires_in: 3600 });
  }

  function exchange(form: URLSearchParams, response: ServerResponse): true {
    if (switches.tokenErrors > 0) {
      switches.tokenErrors -= 1;
      return send(response, 500, { error: 'internal' });
    }
    const refused = () => send(response, 400, { error: 'invalid_grant' });
    if (switches.revoked) return refused();
    if (form.get('grant_type') === 'refresh_token') {
      if (!refresh.delete(form.get('refresh_token') ?? '')) return refused();
      refreshes += 1;
      return give(response);
    }
    const code = form.get('code') ?? '';
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const right = codes.get(code) === challenge;
    codes.delete(code);
    return right ? give(response) : refused();
  }

  return {
    isValid: (token) => access.has(token),
    expireAccess: () => access.clear(),
    refreshes: () => refreshes,
    revocations: () => revocations,
    handle: async (url, request, response) => {
      if (url.pathname === '/oauth/authorize') return authorize(url, response);
      if (url.pathname !== '/oauth/token' && url.pathname !== '/oauth/revoke') return false;
      let body = '';
      for await (const chunk of request) body += chunk;
      const given = Buffer.from(
        (request.headers.authorization ?? '').replace('Basic ', ''),
        'base64',
      ).toString();
      if (decodeURIComponent(given) !== `${client.clientId}:${client.clientSecret}`)
        return send(response, 401, { error: 'invalid_client' });
      if (url.pathname === '/oauth/token') return exchange(new URLSearchParams(body), response);
      access.clear();
      refresh.clear();
      revocations += 1;
      return send(response, 200, {});
    },
  };
}
