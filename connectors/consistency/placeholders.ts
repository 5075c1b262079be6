import type { ConnectorDefinition } from '../schema.ts';
import { type At, type Inconsistency, inconsistent } from './inconsistency.ts';

const pattern = /\{([A-Za-z][\w.-]*)\}/g;

/** The names in braces of a text. */
export const placeholdersOf = (text: string): string[] =>
  [...text.matchAll(pattern)].map(([, name = '']) => name);

/** The parameters that a connection has before its consent, and those that come with it. */
export function parametersOf({ parameters, auth }: ConnectorDefinition): {
  readonly declared: readonly string[];
  readonly fromCallback: readonly string[];
} {
  const properties = parameters?.properties;
  return {
    declared: typeof properties === 'object' && properties !== null ? Object.keys(properties) : [],
    fromCallback: auth.kind === 'oauth2' ? auth.callbackParameters : [],
  };
}

/**
 * Finds placeholders that nothing fills.
 * @param known Those that may stand here beside the connection's parameters.
 * @param before The text is needed before the consent: what the callback brings is not there yet.
 */
export function* checkPlaceholders(
  definition: ConnectorDefinition,
  text: string,
  at: At,
  known: readonly string[] = [],
  before = false,
): Generator<Inconsistency> {
  const { declared, fromCallback } = parametersOf(definition);
  const usable = before ? declared : [...declared, ...fromCallback];
  for (const name of placeholdersOf(text)) {
    if (known.includes(name)) continue;
    const parameter = /^connection\.(.+)$/.exec(name)?.[1];
    const usual = [...known, ...usable.map((one) => `connection.${one}`)].map((one) => `{${one}}`);
    const all = usual.length > 0 ? usual.join(', ') : 'no placeholder';
    if (parameter === undefined)
      yield inconsistent(
        at,
        `${all} here; {${name}} is not known`,
        text.replace(`{${name}}`, usual[0] ?? 'x'),
      );
    else if (before && fromCallback.includes(parameter))
      yield inconsistent(
        at,
        `a parameter that is known before the consent; {${name}} comes with the callback`,
        text.replace(`{${name}}`, 'x'),
      );
    else if (!usable.includes(parameter))
      yield inconsistent(
        at,
        `a parameter of the connection that \`parameters\` declares; {${name}} is not`,
        { type: 'object', required: [parameter], properties: { [parameter]: { type: 'string' } } },
        'parameters',
      );
  }
}
