import { sessionIdOf } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { ConnectionDoc, QuarantineDoc } from '../../stores/model.ts';
import { resourceOf } from '../connection.ts';
import { type FieldRules, rulesOf } from '../loading/fields.ts';
import { discardRows } from './discard.ts';
import { expiresAt } from './expiry.ts';
import { sourceOf } from './origin.ts';
import { previewReplay } from './preview.ts';
import { createRedaction } from './redact.ts';
import {
  noRows,
  type QuarantineCount,
  type QuarantinedRow,
  type QuarantinePorts,
  type QuarantineRoom,
  type QuarantineSelection,
} from './room.ts';

/** The rows that a connection's sessions could not take, in its present generation. */
export function createSessionRoom(ports: QuarantinePorts, connection: ConnectionDoc): QuarantineRoom {
  const { stores, days } = ports;
  const { _id: connectionId, generation } = connection;
  const resources = connection.resources.map(({ id }) => id).sort();
  const of = (resource: string) => stores.quarantine.of(connectionId, generation, resource);

  const counts = async (): Promise<QuarantineCount[]> => {
    const found = new Map<string, QuarantineCount>();
    for (const resource of resources)
      for await (const { reason } of of(resource).tally()) {
        const name = `${resource} ${reason}`;
        found.set(name, { resource, reason, rows: (found.get(name)?.rows ?? 0) + 1 });
      }
    return [...found.values()].sort((a, b) => b.rows - a.rows);
  };

  const view = (resource: string, doc: QuarantineDoc): QuarantinedRow => {
    const [batchId, index] = sourceOf(doc._id);
    return {
      id: doc._id,
      resource,
      reason: doc.reason,
      message: doc.message,
      key: doc.key,
      place: { sessionId: doc.sessionId, batch: Number(batchId.split('/').at(-1)), index },
      runId: null,
      firstSeenAt: doc.at,
      lastSeenAt: doc.refusedAt ?? doc.at,
      attempts: 1 + (doc.refusals ?? 0),
      expiresAt: expiresAt(connection, doc.at, days),
    };
  };

  /** The resource that is asked for, which the rows that are named must be of. */
  const resourceIn = ({ resource, ids }: QuarantineSelection): string => {
    const named = [...new Set(ids?.map((id) => id.split('/')[1] ?? '') ?? [])];
    const [only = resource, ...others] = named;
    if (only === undefined || others.length > 0 || (resource !== undefined && only !== resource))
      throw new TributaryError('INVALID_INPUT', 'body.resource: exactly one resource at a time');
    return only;
  };
  /** Also of another connection. */
  const isForeign = (id: string): boolean => !id.startsWith(`${connectionId}.`);

  async function check(selection: QuarantineSelection): Promise<void> {
    const resource = resourceIn(selection);
    const { reason, ids } = selection;
    const none = async () => noRows(selection, await counts(), `connection ${connectionId}`);
    if (!resources.includes(resource) || ids?.some(isForeign)) throw await none();
    const wanted = { ...(reason === undefined ? {} : { reason }), ...(ids === undefined ? {} : { ids }) };
    let found = 0;
    for await (const _row of of(resource).choose(wanted)) {
      found += 1;
      if (ids === undefined) break;
    }
    if (found === 0 || (ids !== undefined && found < new Set(ids).size)) throw await none();
  }

  return {
    counts,
    check,
    async page({ resource: only, reason, after, limit }) {
      const rows: QuarantinedRow[] = [];
      const first = after?.split('/')[1];
      for (const resource of only === undefined ? resources : [only]) {
        if (first !== undefined && resource < first) continue;
        const place = resource === first ? { after: after ?? null } : {};
        for await (const doc of of(resource).choose({
          ...place,
          ...(reason === undefined ? {} : { reason }),
        })) {
          rows.push(view(resource, doc));
          if (rows.length > limit) return rows;
        }
      }
      return rows;
    },
    async row(id) {
      const resource = id.split('/')[1] ?? '';
      const doc = isForeign(id) || !resources.includes(resource) ? null : await of(resource).get(id);
      if (doc === null)
        throw new TributaryError(
          'NOT_FOUND',
          `There is no row "${id}" in the quarantine of ${connectionId}.`,
        );
      const shown = shownPayload(ports, connection, resource);
      return { ...view(resource, doc), payload: shown(doc.payload) };
    },
    lines: (limit) => stores.quarantineLines.list({ connectionId, generation, syncId: null, limit }),
    preview: (selection) => previewReplay(ports, connection, resourceIn(selection), selection),
    async discard(selection, request) {
      const resource = resourceIn(selection);
      const latest = await stores.sessions.get(sessionIdOf(connectionId, connection.latestSession));
      if (latest?.closedAt === null && latest.scope.replay?.resource === resource)
        throw new TributaryError('SESSION_OPEN', `Session ${latest._id} replays rows of ${resource}.`, {
          sessionId: latest._id,
        });
      return discardRows(ports, { connectionId, generation }, resource, selection, request, ports.now());
    },
  };
}

/** The field rules as they are now; of a resource that the definition no longer has none are known, nothing is shown. */
function rulesFor(
  { definition }: Pick<QuarantinePorts, 'definition'>,
  connection: ConnectionDoc,
  resource: string,
): FieldRules {
  try {
    return rulesOf(resourceOf(definition(connection.app), resource), connection);
  } catch {
    return { only: [], drop: [], hash: [] };
  }
}

/** A payload as people may see it. */
export const shownPayload = (
  ports: Pick<QuarantinePorts, 'definition'>,
  connection: ConnectionDoc,
  resource: string,
): ((payload: JsonValue) => JsonValue) => createRedaction(rulesFor(ports, connection, resource));
