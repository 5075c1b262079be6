import type { ConnectorDefinition } from '../../../connectors/schema.ts';

const isName = (name: string): boolean => /^[\w-]+$/.test(name);

/** Parameters of a connection that may name its account: those that a person gives, and those of the callback. */
export function accountParameters({ auth, identity, parameters }: ConnectorDefinition): string[] {
  const given = Object.keys((parameters?.properties ?? {}) as Readonly<Record<string, unknown>>);
  const ofCallback = auth.kind === 'oauth2' ? auth.callbackParameters : [];
  const named = identity.accountParameter === undefined ? [] : [identity.accountParameter];
  return [...new Set([...named, ...ofCallback, ...given])].filter(isName);
}
