import { setImmediate as nextTurn } from 'node:timers/promises';
import { TributaryError } from '../../domain/errors.ts';
import type { CheckpointDoc, QuarantineDoc } from '../../stores/model.ts';
import type { Quarantine } from '../../stores/records.ts';
import type { ResourceInput } from '../contracts.ts';
import type { Life } from '../life.ts';
import type { ActivityPorts } from '../ports.ts';
import type { Shape, UnfitRow } from '../structuring/shape.ts';
import { createLines, noteLeft } from './left.ts';

const rowsPerTurn = 250;

interface SettleInput {
  readonly ports: Pick<ActivityPorts, 'stores'>;
  readonly input: ResourceInput;
  readonly life: Pick<Life, 'stopIfAsked'>;
  readonly checkpoint: CheckpointDoc;
  readonly quarantine: Quarantine;
  readonly shape: Shape;
}

/**
 * The replayed rows of a resource are merged, every one of them: those that fit leave quarantine, with a line that says
 * who took them where; those that were refused again stay, with what is wrong with them now. May be repeated: the line
 * is written before the rows go, and counts them as they were then.
 */
export async function settleReplay({
  ports: { stores },
  input,
  life,
  checkpoint,
  quarantine,
  shape,
}: SettleInput): Promise<void> {
  const { sessionId, connectionId, generation, resource } = input;
  const at = new Date();
  const lines = createLines();
  const taken: string[] = [];
  const touched = new Set([sessionId]);
  for (let number = 0; number < checkpoint.batches; number++) {
    await life.stopIfAsked();
    const batch = await stores.loading.readBatch(sessionId, resource, number);
    if (batch === null) throw new TributaryError('MERGE_FAILED', `Batch ${number} of ${resource} is gone.`);
    const { origins = [], rows } = batch;
    for (const place of origins) touched.add(place.slice(0, place.indexOf('/')));
    const verdicts = new Map<string, UnfitRow | null>();
    for (const [index, raw] of rows.entries()) {
      if (index % rowsPerTurn === rowsPerTurn - 1) await nextTurn();
      const verdict = shape(raw);
      verdicts.set(origins[index] ?? '', verdict.fits ? null : verdict);
    }
    const refused: QuarantineDoc[] = [];
    for (const doc of await quarantine.getMany(origins)) {
      if (doc.refusedIn !== undefined) touched.add(doc.refusedIn);
      const verdict = verdicts.get(doc._id);
      if (verdict === null) {
        taken.push(doc._id);
        lines.add(doc.reason, doc);
      } else if (verdict !== undefined && doc.refusedIn !== sessionId) {
        const { key, reason, message } = verdict;
        const refusals = (doc.refusals ?? 0) + 1;
        refused.push({ ...doc, key, reason, message, refusals, refusedIn: sessionId, refusedAt: at });
      }
    }
    await quarantine.putMany(refused);
  }
  const session = await stores.sessions.get(sessionId);
  const by = session?.openedBy ?? { kind: 'system' as const, id: 'session' };
  const of = { connectionId, generation, resource, sessionId, by, at };
  for (const line of lines.docs({ ...of, syncId: null, action: 'replayed', why: null }))
    await stores.quarantineLines.put(line);
  await quarantine.removeMany(taken);
  await noteLeft({ stores }, { connectionId, generation }, touched);
}
