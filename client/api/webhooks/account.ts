import type { ConnectorDefinition } from '../../../connectors/schema.ts';

const isName = (name: string): boolean => /^[\w-]+$/.test(name);

/**
 * Parameters of a connection that may name its account. Of those that a person gives only the ones that the app is asked
 * with for the identity: any other may say what it likes, another company's account too.
 */
export function accountParameters({
  auth,
  baseUrl,
  headers,
  identity,
  parameters,
}: ConnectorDefinition): string[] {
  const asked = [baseUrl, identity?.path ?? '', ...Object.values(headers)].join('\n');
  const given = Object.keys((parameters?.properties ?? {}) as Readonly<Record<string, unknown>>).filter(
    (name) => asked.includes(`{connection.${name}}`),
  );
  const ofCallback = auth.kind === 'oauth2' ? auth.callbackParameters : [];
  const named = identity?.accountParameter === undefined ? [] : [identity.accountParameter];
  return [...new Set([...named, ...ofCallback, ...given])].filter(isName);
}
