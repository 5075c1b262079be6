import { isDeepStrictEqual } from 'node:util';
import { secretContext } from '../../activities/secret-context.ts';
import type { DestinationKind } from '../../domain/delivery.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../domain/json.ts';
import type { DestinationDoc } from '../../stores/model.ts';
import type { RouteDeps } from './deps.ts';
import { invalid } from './problem.ts';

type Deps = Pick<RouteDeps, 'delivery' | 'secrets'>;

/** What of a configuration says where rows go; the rest says how. */
const placeKeys: Readonly<Record<DestinationKind, readonly string[]>> = {
  mongodb: ['database'],
  airtable: ['base', 'endpointUrl'],
  http: ['address'],
  file: ['folder', 'format', 'gzip'],
  singer: ['target', 'configuration'],
};

/** What of a configuration says to whom the secret is shown. */
const shownTo: Readonly<Record<DestinationKind, readonly string[]>> = {
  mongodb: [],
  airtable: ['endpointUrl'],
  http: ['address'],
  file: [],
  singer: ['target'],
};

/**
 * Checks configuration and secret of a kind.
 * @returns the configuration as it is stored, defaults filled in
 * @throws {TributaryError} INVALID_INPUT naming every fault; values are not told
 */
export function checkedConfiguration(
  { delivery }: Deps,
  kind: DestinationKind,
  configuration: JsonObject,
  secret: JsonValue | null,
): JsonObject {
  try {
    return delivery.driver(kind).parse(configuration, secret).configuration as JsonObject;
  } catch (error) {
    const faults = error instanceof TributaryError ? error.details.faults : undefined;
    if (!Array.isArray(faults)) throw error;
    throw invalid(
      ...faults.map((fault) => {
        const [path = '', ...message] = String(fault).split(': ');
        return { path: `body.${path}`, message: message.join(': ') };
      }),
    );
  }
}

/** Seals a secret for a destination. */
export const sealedSecret = ({ secrets }: Deps, id: string, secret: JsonValue) =>
  secrets.seal(secret, secretContext.destination(id));

/** @throws {TributaryError} INVALID_INPUT when the stored secret would be shown to somebody else */
export function keptSecret(
  { secrets }: Deps,
  { _id, kind, configuration, secret }: DestinationDoc,
  wanted: JsonObject,
): JsonValue | null {
  if (secret === null) return null;
  const moved = shownTo[kind].find((name) => !isDeepStrictEqual(configuration[name], wanted[name]));
  if (moved !== undefined)
    throw invalid({
      path: 'body.secret',
      message: `must be given with another ${moved}: the stored one is not sent elsewhere`,
    });
  return secrets.open(secret, secretContext.destination(_id)) as JsonValue;
}

/** Whether rows go to another place than before. */
export const isMoved = (kind: DestinationKind, before: JsonObject, after: JsonObject): boolean =>
  placeKeys[kind].some((name) => !isDeepStrictEqual(before[name], after[name]));
