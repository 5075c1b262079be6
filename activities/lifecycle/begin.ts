import { connectionMachine } from '../../domain/connection.ts';
import {
  guardConnection,
  isRecoverTo,
  procedureMoves,
  type RunningProcedure,
  resultOf,
} from '../../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { BegunProcedure, ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { callOf } from './connector.ts';
import { draftId } from './draft.ts';
import { procedureOf, refuseTakenOver, writeFenced } from './fence.ts';

/** Takes the fence, refuses what guard or connector refuse, and only then writes the first status. */
export async function beginProcedure(ports: ActivityPorts, ref: ProcedureRef): Promise<BegunProcedure> {
  const { stores } = ports;
  const procedure = await procedureOf(ports, ref);
  // Asked again after it has ended: its first answer stays.
  if (procedure.answer !== null) return { ended: procedure.answer };
  const { connection, guarded } = await takeFence(ports, procedure);
  const refused = guarded.responseCode === 'OK' ? await validated(ports, procedure, connection) : guarded;
  if (refused !== null) {
    await stores.inbox.remove([draftId(ref)]);
    const answer = resultOf(refused.responseCode, refused.message, connection);
    const at = new Date();
    return { ended: await stores.procedures.end(ref.connectionId, ref.number, answer, at) };
  }
  const { name } = procedure;
  const begin = beginOf(name);
  const after =
    begin === undefined
      ? connection
      : await writeFenced(ports, procedure, ({ status }) => {
          const move = connectionMachine.advance(status, begin);
          return move.ok && move.to !== status ? { status: move.to } : null;
        });
  const step = begin === undefined ? 'begun' : after.status;
  await stores.procedures.step(ref.connectionId, ref.number, step, new Date());
  const { to } = procedure.arguments;
  return {
    name,
    to: isRecoverTo(to) ? to : 'PAUSED',
    callbacks: name !== 'recover' && ports.callbacks?.(connection.app) !== undefined,
    company: connection.company,
    app: connection.app,
    by: procedure.by,
  };
}

const beginOf = (name: RunningProcedure) =>
  name === 'pause' || name === 'resume' ? procedureMoves[name].begin : undefined;

/** From this write on no earlier procedure writes. One that the guard refuses takes nothing over. */
async function takeFence({ stores }: ActivityPorts, procedure: ProcedureDoc) {
  let guarded: ProcedureAnswer = { responseCode: 'OK', message: '' };
  const connection = await stores.connections.change(procedure.connectionId, (now) => {
    refuseTakenOver(procedure, now);
    // It has begun already; the first answer of this was lost.
    if (now.fence === procedure.number) return null;
    guarded = guardConnection(procedure.name, now);
    return guarded.responseCode === 'OK' ? { fence: procedure.number } : null;
  });
  return { connection, guarded };
}

/** What the procedure's own input and the connector's validation refuse; null: nothing. */
async function validated(
  ports: ActivityPorts,
  procedure: ProcedureDoc,
  connection: ConnectionDoc,
): Promise<ProcedureAnswer | null> {
  const { name } = procedure;
  if (name === 'recover')
    return isRecoverTo(procedure.arguments.to)
      ? null
      : { responseCode: 'INVALID_NEW_STATUS', message: 'to must be STARTED or PAUSED.' };
  const validate = ports.callbacks?.(connection.app)?.validate;
  if (validate === undefined) return null;
  try {
    const refusal = await validate(callOf(procedure, connection));
    return refusal === undefined ? null : { responseCode: 'INVALID_INPUT', message: refusal };
  } catch (error) {
    const message = `The connector could not validate it: ${String((error as Error).message)}`.slice(0, 1000);
    return { responseCode: 'UNKNOWN_ERROR', message };
  }
}
