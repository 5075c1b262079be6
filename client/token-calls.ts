import type { RoleTable, TokenBody, TokenList, TokenMade, TokenView } from './api/schemas/tokens.ts';
import type { Ask } from './sync-calls.ts';

/** The part of the typed client for roles and tokens. */
export function tokenCallsOf({ get, post, request }: Omit<Ask, 'text'>) {
  return {
    /** What each role may do, and which one this token has. */
    roles: () => get<RoleTable>('/api/roles'),
    /** `secret` of the answer is shown this once. */
    createToken: (body: TokenBody) => post<TokenMade>('/api/tokens', body),
    listTokens: () => get<TokenList>('/api/tokens'),
    revokeToken: (name: string) => request<TokenView>('DELETE', `/api/tokens/${encodeURIComponent(name)}`),
  };
}
