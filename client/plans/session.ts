import { isFinalStatus, sessionStatusNames } from '../../domain/session.ts';
import type { SessionDoc } from '../../stores/model.ts';
import type { PlannedProcedure } from './arguments.ts';

/** The open session, and what becomes of it. */
export interface SessionEffect {
  readonly id: string;
  readonly code: SessionDoc['status'];
  readonly name: string;
  /** `held`: it stands still until resume. `goesOn`: as it is, or from where it stood. `ends`: for good. */
  readonly becomes: 'held' | 'goesOn' | 'ends';
}

/** Null: none is open. */
export function sessionEffect(
  latest: SessionDoc | null,
  procedure: PlannedProcedure,
): { readonly session: SessionEffect | null; readonly sentence: string } {
  if (latest === null || latest.closedAt !== null || (latest.status !== null && isFinalStatus(latest.status)))
    return { session: null, sentence: 'No session is open.' };
  const { _id: id, status: code } = latest;
  const name = code === null ? 'beginning' : sessionStatusNames[code];
  const [becomes, what] = fateOf(procedure, latest.held !== null);
  const where = code === null ? 'beginning' : `in ${code} ${name}`;
  return { session: { id, code, name, becomes }, sentence: `Session ${id}, ${where}, ${what}.` };
}

function fateOf(
  procedure: PlannedProcedure,
  held: boolean,
): readonly [becomes: SessionEffect['becomes'], what: string] {
  switch (procedure) {
    case 'pause':
      return ['held', 'stops at a batch border and stands still, with its timers, until resume'];
    case 'resume':
      return ['goesOn', 'goes on where it stood'];
    case 'finalizeConfiguration':
      return ['goesOn', 'goes on to load'];
    case 'disconnect':
      return ['ends', 'is stopped and ends in 26 Disconnected'];
    case 'resetConfiguration':
      return ['ends', 'is closed'];
    default:
      return held ? ['held', 'stays as it is, held'] : ['goesOn', 'goes on as it is'];
  }
}
