import type { ConnectorDefinition } from '../../connectors/definition.ts';
import type { Scope } from '../../domain/contracts.ts';
import type { ConnectionDoc } from '../../stores/model.ts';
import type { Fault } from './problem.ts';
import type { PassBody } from './schemas/sessions.ts';

type AskedScope = NonNullable<PassBody['scope']>;

/** What is wrong with the scope that a person asks for. `definition`: undefined while it cannot be read. */
export function scopeFaults(
  { resources, full, range, allowRemovals }: AskedScope,
  connection: Pick<ConnectionDoc, 'resources'>,
  definition: ConnectorDefinition | undefined,
): readonly Fault[] {
  const faults: Fault[] = [];
  for (const [index, name] of (resources ?? []).entries()) {
    const path = `body.scope.resources.${index}`;
    const setting = connection.resources.find(({ id }) => id === name);
    if (setting === undefined)
      faults.push({ path, message: `"${name}" is not a resource of this connection` });
    else if (!setting.enabled) faults.push({ path, message: `"${name}" is not enabled` });
  }
  if (allowRemovals === true && full !== true)
    faults.push({ path: 'body.scope.allowRemovals', message: 'goes only with full: true' });
  if (range === undefined) return faults;

  const path = 'body.scope.range';
  if (full === true)
    faults.push({ path, message: 'does not go with full: one reads a part, the other everything' });
  if (Date.parse(range.from) >= Date.parse(range.to))
    faults.push({ path, message: '`from` must be before `to`, which is not included' });
  const [only, ...others] = resources ?? [];
  if (only === undefined || others.length > 0)
    faults.push({ path: 'body.scope.resources', message: 'a range needs exactly one resource' });
  else if (
    definition?.resources.find(({ id }) => id === only)?.cursor === undefined &&
    definition !== undefined
  )
    faults.push({ path, message: `"${only}" has no cursor by which a range could be told` });
  return faults;
}

/** The scope as a session keeps it. */
export function scopeOf({ configuration, resources, full, range, allowRemovals }: AskedScope): Scope {
  return {
    ...(configuration === undefined ? {} : { configuration }),
    ...(resources === undefined ? {} : { resources }),
    ...(full === true ? { full } : {}),
    ...(range === undefined ? {} : { range }),
    ...(allowRemovals === true ? { allowRemovals } : {}),
  };
}
