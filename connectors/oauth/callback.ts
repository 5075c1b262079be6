import { Ajv } from 'ajv';
import { TributaryError } from '../../domain/errors.ts';
import type { ConnectorDefinition } from '../schema.ts';
import { authOf } from './party.ts';

const maxLength = 200;
/** Climbs out of its place in an address, or breaks a line. */
const unfit = /^\.{1,2}$|\p{Cc}/u;

/** The query of a callback, from the query itself or the whole address. */
export function callbackQuery(params: URLSearchParams | URL | string): URLSearchParams {
  if (params instanceof URLSearchParams) return params;
  if (params instanceof URL) return params.searchParams;
  return URL.canParse(params) ? new URL(params).searchParams : new URLSearchParams(params);
}

/**
 * The parameters of a callback that the definition keeps for the connection, such as the id of the company.
 * @throws {TributaryError} STATE_FORGED when one is not what the definition's `parameters` say
 */
export function keptParameters(
  definition: ConnectorDefinition,
  params: URLSearchParams,
): Readonly<Record<string, string>> {
  const { callbackParameters } = authOf(definition, 'oauth2');
  const kept = Object.fromEntries(
    callbackParameters.flatMap((name) => {
      const value = params.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
  // A person at the app could write what they like: it becomes part of addresses.
  const { required: _, ...schema } = definition.parameters ?? {};
  const known = Object.keys((schema.properties ?? {}) as object);
  const checked = Object.fromEntries(Object.entries(kept).filter(([name]) => known.includes(name)));
  const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
  const fits = definition.parameters === undefined || ajv.validate(schema, checked);
  const bad = Object.entries(kept).find(([, value]) => value.length > maxLength || unfit.test(value))?.[0];
  if (fits && bad === undefined) return kept;
  const wrong = bad ?? ajv.errors?.[0]?.instancePath.slice(1) ?? '';
  throw new TributaryError(
    'STATE_FORGED',
    `The parameter "${wrong}" of the callback is not what it should be.`,
  );
}
