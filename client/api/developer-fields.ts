import type { FastifyRequest } from 'fastify';
import { TributaryError } from '../../domain/errors.ts';
import { developerEdits, may, rolesWith } from '../../domain/roles.ts';
import { actorOf } from './caller.ts';
import type { RouteDeps } from './deps.ts';

/** An edit as it was asked for. */
export interface Edit {
  /** Subject in Logs, such as `report-type/sales_report`. */
  readonly subject: string;
  /** What is stored; of something new an empty object. */
  readonly was: object;
  readonly wanted: object;
}

/**
 * Refuses an edit of fields that are the developer's alone (document 003, section 4): nothing is changed, and Logs say
 * who tried.
 * @throws {TributaryError} FORBIDDEN, naming the fields and the role
 */
export async function refuseDeveloperFields(
  { stores, now }: Pick<RouteDeps, 'stores' | 'now'>,
  request: FastifyRequest,
  { subject, was, wanted }: Edit,
): Promise<void> {
  const role = request.caller?.role ?? 'viewer';
  const fields = developerEdits(was, wanted);
  if (fields.length === 0 || may(role, 'develop')) return;
  const by = actorOf(request);
  const needed = rolesWith('develop');
  const refused = `Only the role ${needed.join(' or ')} may change ${fields.join(' and ')}; this token has the role ${role}.`;
  const text = `${by.id} may not change this. ${refused} Nothing was changed.`;
  await stores.logs.add({ at: now(), by, subject, text, before: null, after: null });
  throw new TributaryError('FORBIDDEN', `${refused} Nothing was changed.`, {
    ...{ role, needs: 'develop', neededRoles: needed, fields },
  });
}
