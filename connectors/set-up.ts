import { TributaryError } from '../domain/errors.ts';
import type { ConnectorDefinition } from './schema.ts';

/** A setting of an app that connections cannot be made without. */
export type AppSetting = 'baseUrl' | 'clientId' | 'clientSecret';

const names: Readonly<Record<AppSetting, string>> = {
  baseUrl: 'address',
  clientId: 'client id',
  clientSecret: 'client secret',
};
const options: Readonly<Record<AppSetting, string>> = {
  baseUrl: '--base-url <url>',
  clientId: '--client-id <id>',
  clientSecret: '--client-secret-file <file>',
};

/** Whether the definition leaves the address of the app to its settings. */
export const takesBaseUrl = ({ kind, auth, baseUrl }: ConnectorDefinition): boolean =>
  kind === 'rest' && JSON.stringify([auth, baseUrl]).includes('{baseUrl}');

/** The settings that this app needs and does not have; an empty one counts as none. */
export function missingSettings(
  definition: ConnectorDefinition,
  has: { readonly [name in AppSetting]?: unknown },
): readonly AppSetting[] {
  const needed: readonly AppSetting[] = [
    ...(takesBaseUrl(definition) ? (['baseUrl'] as const) : []),
    ...(definition.auth.kind === 'oauth2' ? (['clientId', 'clientSecret'] as const) : []),
  ];
  return needed.filter((name) => !has[name]);
}

/** Says what an app lacks, and the command that sets it. */
export function notSetUp(app: string, missing: readonly AppSetting[]): TributaryError {
  const what = missing
    .map((name) => names[name])
    .join(', ')
    .replace(/, ([^,]*)$/, ' and $1');
  const command = `tributary app set ${app} ${missing.map((name) => options[name]).join(' ')}`;
  return new TributaryError('APP_NOT_SET_UP', `The app ${app} has no ${what} yet. Set it with: ${command}`, {
    app,
    missing,
  });
}
