import { parseSessionId } from '../../domain/contracts.ts';
import { compareCursors } from '../../domain/cursor.ts';
import type { RecordDoc } from '../../stores/model.ts';

type Source = RecordDoc['source'];

/** The rows of a replayed batch count as read where they were read first, whenever they are merged. */
export interface Replayed {
  /** Place in quarantine of each row of the batch: `<sessionId>/<resource>/<batch>/<index>`. */
  readonly origins: readonly string[];
  /** The last session that read the resource whole. */
  readonly wholeIn: string | null;
  /** What a whole read no longer has is deleted. */
  readonly deletesAbsent: boolean;
}

/** Batch id and index of a place in quarantine. */
export function sourceOf(place: string): Source {
  const cut = place.lastIndexOf('/');
  return [place.slice(0, cut), Number(place.slice(cut + 1))];
}

const numberOf = (sessionId: string): number => parseSessionId(sessionId)?.number ?? 0;

/** Below 0: the first was read earlier. Session, then batch, then index. */
export function compareSources([batchA, indexA]: Source, [batchB, indexB]: Source): number {
  const [sessionA = '', , numberA = '0'] = batchA.split('/');
  const [sessionB = '', , numberB = '0'] = batchB.split('/');
  return numberOf(sessionA) - numberOf(sessionB) || Number(numberA) - Number(numberB) || indexA - indexB;
}

/** Whether the resource was read whole after the row was: whatever its key is now, that read told it. */
export const isReadSince = ({ wholeIn }: Replayed, [batch]: Source): boolean =>
  wholeIn !== null && numberOf(wholeIn) > numberOf(batch.split('/')[0] ?? '');

/** Of a version with an equal cursor value, or none: whether it was read after this row, or what it says is newer. */
export const isOutdated = (
  replayed: Replayed,
  row: { readonly cursor: string | null; readonly source: Source },
  stored: Pick<RecordDoc, 'cursor' | 'source'>,
): boolean =>
  compareCursors(row.cursor, stored.cursor) === 0 &&
  (compareSources(row.source, stored.source) < 0 || isReadSince(replayed, row.source));

/** Whether a session came after the one that read the row, or is it. */
export const isFromOrAfter = (sessionId: string, [batch]: Source): boolean =>
  numberOf(sessionId) >= numberOf(batch.split('/')[0] ?? '');
