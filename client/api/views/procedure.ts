import type { ConnectionDoc, ProcedureDoc } from '../../../stores/model.ts';
import type { ProcedureView } from '../schemas/procedures.ts';

/** A procedure as the API shows it. One that never ended and was followed by another was taken over. */
export function procedureView(
  doc: ProcedureDoc,
  { fence = 0, generation, ownCode }: ConnectionDoc,
): ProcedureView {
  const over = doc.number < fence || doc.generation !== generation || ownCode === 26;
  return {
    number: doc.number,
    procedure: doc.name,
    state: doc.answer !== null ? 'ended' : over ? 'takenOver' : doc.number > fence ? 'waiting' : 'running',
    generation: doc.generation,
    by: doc.by,
    note: doc.note,
    arguments: { ...doc.arguments },
    startedAt: doc.startedAt.toISOString(),
    endedAt: doc.endedAt?.toISOString() ?? null,
    steps: Object.entries(doc.steps)
      .map(([step, at]) => ({ step, at: at.toISOString() }))
      .sort((one, other) => one.at.localeCompare(other.at)),
    answer: doc.answer,
  };
}
