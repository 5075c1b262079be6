import { createHash } from 'node:crypto';
import type { Actor } from '../../domain/contracts.ts';
import type { QuarantineDoc, QuarantineLineDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';

type Ports = { readonly stores: Pick<Stores, 'quarantine' | 'quarantineLines' | 'sessions' | 'connections'> };

/** Whose rows. */
export interface QuarantineOwner {
  readonly connectionId: string;
  readonly generation: number;
}

/** Sums up rows of one reason that leave quarantine together. */
export function createLine() {
  const hash = createHash('sha256');
  let rows = 0;
  return {
    add({ _id, payload }: Pick<QuarantineDoc, '_id' | 'payload'>): void {
      hash.update(`${JSON.stringify([_id, payload])}\n`);
      rows += 1;
    },
    end: (): { readonly rows: number; readonly hash: string } => ({ rows, hash: hash.digest('hex') }),
  };
}

/** What is the same for all lines of one call. */
export interface LineOf extends QuarantineOwner {
  readonly resource: string;
  readonly syncId: string | null;
  readonly action: QuarantineLineDoc['action'];
  readonly by: Actor;
  readonly why: string | null;
  readonly sessionId: string | null;
  readonly at: Date;
}

/** Rows by their reason, summed up while they are looked at. */
export function createLines() {
  const lines = new Map<string, ReturnType<typeof createLine>>();
  return {
    add(reason: string, row: Pick<QuarantineDoc, '_id' | 'payload'>): void {
      const line = lines.get(reason) ?? createLine();
      lines.set(reason, line);
      line.add(row);
    },
    /**
     * The lines to be written, before the rows go. A replay writes one for each reason; of discarded rows the hash is
     * part of the id, so that a call that was cut short and repeated finds its line.
     */
    docs: (of: LineOf): QuarantineLineDoc[] =>
      [...lines].map(([reason, line]) => {
        const { rows, hash } = line.end();
        const what = of.sessionId ?? `${of.action}/${hash.slice(0, 16)}`;
        const where = of.syncId ?? of.resource;
        return {
          _id: `${of.connectionId}/${of.generation}/${where}/${what}/${reason}`,
          ...of,
          reason,
          rows,
          hash,
        };
      }),
  };
}

/**
 * Counts again what sessions have left in quarantine, once rows of theirs went: what the plain words of a session say.
 * A replay has left what it refused.
 */
export async function noteLeft(
  { stores }: Ports,
  { connectionId, generation }: QuarantineOwner,
  sessionIds: Iterable<string>,
): Promise<void> {
  const sessions = await stores.sessions.getMany([...new Set(sessionIds)]);
  const left = new Map(sessions.map(({ _id }) => [_id, 0]));
  const resources = new Set(sessions.flatMap((session) => session.resources));
  for (const resource of resources)
    for await (const { sessionId, refusedIn } of stores.quarantine
      .of(connectionId, generation, resource)
      .tally())
      for (const id of new Set([sessionId, refusedIn])) {
        const rows = id === undefined ? undefined : left.get(id);
        if (id !== undefined && rows !== undefined) left.set(id, rows + 1);
      }
  for (const [id, rows] of left) await stores.sessions.setQuarantineLeft(id, rows);
}
