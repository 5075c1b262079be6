import type { CheckpointDoc } from '../../stores/model.ts';
import type { Quarantine } from '../../stores/records.ts';
import type { ResourceInput } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { discardRows } from '../quarantine/discard.ts';
import { compareSources, sourceOf } from '../quarantine/origin.ts';

/** File and line of the place of an unreadable row; undefined where it is no such place. */
function lineOf(payload: unknown): { readonly file: string; readonly line: number } | undefined {
  const { place } = payload as { readonly place?: unknown };
  const found = typeof place === 'string' ? /^(.*) line (\d+)$/s.exec(place) : null;
  return found === null ? undefined : { file: found[1] ?? '', line: Number(found[2]) };
}

/**
 * Takes rows out of quarantine that could not be read, and whose place was read once more since: mended or not, it was
 * told anew. After a read of everything that is so for all earlier ones. May be repeated.
 */
export async function settleReadAgain(
  ports: Pick<ActivityPorts, 'stores'>,
  { sessionId, connectionId, generation, resource }: ResourceInput,
  { read, again, batches }: CheckpointDoc,
  quarantine: Pick<Quarantine, 'choose'>,
): Promise<void> {
  const isWhole = read.since === null && (read.kind === 'full' || read.kind === 'range');
  if (!isWhole && again !== true) return;
  /** By file: from which line it was read once more, and where that begins in what was stored. */
  const begun = new Map<string, { readonly line: number; readonly source: readonly [string, number] }[]>();
  for (let number = 0; again === true && number < batches; number++) {
    const batch = await ports.stores.loading.batchSummary(sessionId, resource, number);
    for (const { file, line, row } of batch?.again ?? []) {
      const reads = begun.get(file) ?? [];
      begun.set(file, reads);
      reads.push({ line, source: [`${sessionId}/${resource}/${number}`, row] });
    }
  }
  const ids: string[] = [];
  for await (const doc of quarantine.choose({ reason: 'ROW_UNREADABLE' })) {
    const source = sourceOf(doc._id);
    const at = lineOf(doc.payload);
    const isOld =
      (isWhole && doc.sessionId !== sessionId) ||
      (at !== undefined &&
        begun.get(at.file)?.some((one) => one.line <= at.line && compareSources(source, one.source) < 0) ===
          true);
    if (isOld) ids.push(doc._id);
  }
  if (ids.length === 0) return;
  await discardRows(
    ports,
    { connectionId, generation },
    resource,
    { ids },
    { by: { kind: 'system', id: 'session' }, why: 'What stands there was read again.' },
    new Date(),
  );
}
