import { refusals } from './errors.ts';

export const scopes = [
  'data.records:read',
  'data.records:write',
  'schema.bases:read',
  'schema.bases:write',
  'webhook:manage',
] as const;
export type Scope = (typeof scopes)[number];

export interface Token {
  readonly scopes: readonly Scope[];
  /** Ids of the bases that it reaches. */
  readonly bases: readonly string[];
  /** What its person may do in them. */
  readonly permission: 'none' | 'read' | 'comment' | 'edit' | 'create';
}

/** Personal access tokens. */
export function createTokens() {
  const tokens = new Map<string, Token>();
  let made = 0;
  return {
    make(token: Token): string {
      const text = `pat${++made}.${'0'.repeat(60)}`;
      tokens.set(text, token);
      return text;
    },
    /** Changes what a token may do, as its person can at any time. */
    change(text: string, token: Partial<Token>): void {
      const known = tokens.get(text);
      if (known === undefined) throw new Error('There is no such token.');
      tokens.set(text, { ...known, ...token });
    },
    revoke: (text: string): void => void tokens.delete(text),
    /** @throws {Refusal} 401 */
    read(authorization: string | undefined): { text: string; token: Token } {
      const text = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? '';
      const token = tokens.get(text);
      if (token === undefined) throw refusals.authenticationRequired();
      return { text, token };
    },
  };
}

/** @throws {Refusal} 403 */
export function demand(token: Token, scope: Scope): void {
  if (!token.scopes.includes(scope)) throw refusals.notPermitted();
  const { permission } = token;
  if (scope === 'data.records:write' && permission !== 'edit' && permission !== 'create')
    throw refusals.notPermitted();
  if (scope === 'schema.bases:write' && permission !== 'create') throw refusals.notPermitted();
}
