import type { ConnectorDefinition, ResourceDefinition } from '../../connectors/definition.ts';
import { globalConfiguration } from '../../domain/schedule.ts';
import type { ResourceSetting, ResourceSettingInput } from '../../stores/model.ts';
import type { Fault } from './problem.ts';

interface Asked {
  readonly resources?: readonly ResourceSettingInput[] | undefined;
  /** For every resource that can begin at a time and names none of its own. */
  readonly historyStart?: string | undefined;
}

/** A day begins at midnight UTC; other times are kept as they are, in UTC. */
const inUtc = (time: string): string => new Date(time).toISOString();

/** Whether the first read of a resource can begin at a history start. */
export const canBegin = ({ cursor, incremental }: ResourceDefinition): boolean =>
  cursor !== undefined || (incremental !== undefined && incremental.bookmark !== true);

/**
 * The settings of every resource of the app, and what is wrong with those that were asked for. Resources that are
 * not named stay off; where none is named the definition decides.
 */
export function resourceSettings(
  definition: ConnectorDefinition,
  { resources, historyStart }: Asked,
): { readonly settings: readonly ResourceSetting[]; readonly faults: readonly Fault[] } {
  const asked = resources?.map((one) => (typeof one === 'string' ? { id: one } : one));
  const faults = (asked ?? []).flatMap((one, index) => {
    const path = `body.resources.${index}`;
    const resource = definition.resources.find(({ id }) => id === one.id);
    if (resource === undefined) return [{ path, message: `${definition.id} has no resource "${one.id}"` }];
    const twice = asked?.findIndex(({ id }) => id === one.id) !== index;
    return [
      ...(twice ? [{ path, message: `"${one.id}" is named twice` }] : []),
      ...(one.historyStart !== undefined && !canBegin(resource)
        ? [{ path: `${path}.historyStart`, message: `${one.id} has no cursor, so it is always read whole` }]
        : []),
      ...fieldFaults(resource, one.fields ?? {}, `${path}.fields`),
      ...configurationFaults(one.configurations ?? [], `${path}.configurations`),
    ];
  });
  const settings = definition.resources.map((resource): ResourceSetting => {
    const { id, enabled } = resource;
    const own = asked?.find((one) => one.id === id);
    const begin = own?.historyStart ?? (canBegin(resource) ? historyStart : undefined);
    return {
      id,
      enabled: asked === undefined ? enabled : own !== undefined,
      ...(begin === undefined ? {} : { historyStart: inUtc(begin) }),
      ...(own?.fields === undefined ? {} : { fields: own.fields }),
      ...(own?.configurations === undefined ? {} : { configurations: own.configurations }),
    };
  });
  if (faults.length === 0 && !settings.some(({ enabled }) => enabled))
    return {
      settings,
      faults: [{ path: 'body.resources', message: 'names no resource: there would be nothing to load' }],
    };
  return { settings, faults };
}

/**
 * The resources that finalizing starts with. Where none is named those of the connection stay, with what was set of
 * them; where they are named, what was set before of one of them stays unless it is set anew.
 */
export function finalizedResources(
  definition: ConnectorDefinition,
  present: readonly ResourceSetting[],
  { resources, historyStart }: Asked,
): ReturnType<typeof resourceSettings> {
  const kept = new Map(present.map(({ enabled: _enabled, ...setting }) => [setting.id, setting]));
  const wanted = resources ?? present.filter(({ enabled }) => enabled).map(({ id }) => id);
  if (wanted.length === 0)
    return {
      settings: present,
      faults: [{ path: 'body.resources', message: 'no resource is enabled: there would be nothing to load' }],
    };
  const all = wanted.map((one): ResourceSettingInput => {
    const asked = typeof one === 'string' ? { id: one } : one;
    const { historyStart: before, ...rest } = kept.get(asked.id) ?? { id: asked.id };
    const own = before === undefined || historyStart !== undefined ? {} : { historyStart: before };
    return { ...rest, ...own, ...asked };
  });
  return resourceSettings(definition, { resources: all, historyStart });
}

function configurationFaults(
  configurations: NonNullable<ResourceSetting['configurations']>,
  path: string,
): readonly Fault[] {
  return configurations.flatMap(({ id }, index) => {
    const first = configurations.findIndex((one) => one.id === id);
    if (id === globalConfiguration)
      return [{ path: `${path}.${index}.id`, message: `"${id}" is the schedule of the connection` }];
    return first === index ? [] : [{ path: `${path}.${index}.id`, message: `"${id}" is named twice` }];
  });
}

/** `updated_at` and `/meta/updated_at` as parts. */
const partsOf = (field: string): readonly string[] =>
  field.startsWith('/')
    ? field
        .slice(1)
        .split('/')
        .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    : [field];

/** Whether `inner` lies in `outer`, or is it. */
const holds = (outer: string, inner: string): boolean => {
  const within = partsOf(inner);
  return partsOf(outer).every((part, index) => part === within[index]);
};

function fieldFaults(
  { id, schema, key, cursor }: ResourceDefinition,
  { only = [], drop = [], hash = [] }: NonNullable<ResourceSetting['fields']>,
  path: string,
): readonly Fault[] {
  const { properties } = (schema === 'infer' ? {} : schema) as { readonly properties?: object };
  const known = properties === undefined ? undefined : Object.keys(properties);
  const each = (list: readonly string[], name: string, why: (field: string) => string | undefined) =>
    list.flatMap((field, index) => {
      const unknown = known !== undefined && !known.includes(partsOf(field)[0] ?? '');
      const message = unknown ? `${id} has no field "${field}"; it has ${known.join(', ')}` : why(field);
      return message === undefined ? [] : [{ path: `${path}.${name}.${index}`, message }];
    });
  const isKey = (field: string) => key.some((one) => holds(field, one));
  const isCursor = (field: string) => cursor !== undefined && holds(field, cursor);
  return [
    ...each(only, 'only', () => undefined),
    ...each(drop, 'drop', (field) =>
      isKey(field)
        ? `"${field}" is the key of ${id} and cannot be dropped`
        : isCursor(field)
          ? `"${field}" is the cursor of ${id} and cannot be dropped`
          : undefined,
    ),
    ...each(hash, 'hash', (field) =>
      isCursor(field) ? `"${field}" is the cursor of ${id} and cannot be hashed` : undefined,
    ),
  ];
}
