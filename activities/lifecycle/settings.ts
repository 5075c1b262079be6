import type { JsonObject } from '../../domain/json.ts';
import type { ConnectionChange } from '../../stores/connections.ts';

/** Of each setting the field of the connection that it is stored in; their forms were checked at the edge. */
const settings = [
  'schedule',
  'timeZone',
  'retentionDays',
  'driftPolicy',
  'deduplication',
  'substagesOff',
  'thresholds',
  'checks',
  'autoPause',
] as const satisfies readonly (keyof ConnectionChange)[];

/** The change that the arguments of updateSettings ask for: what was given, nothing else. */
export const settingsChange = (given: JsonObject): ConnectionChange =>
  Object.fromEntries(
    settings.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  ) as ConnectionChange;
