import { type ConnectionEvent, connectionMachine } from '../../domain/connection.ts';
import { type ProcedureResult, resultOf } from '../../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc, EventDoc, ProcedureDoc } from '../../stores/model.ts';
import type { ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { failingAt } from './auto-pause.ts';
import { draftId } from './draft.ts';
import { procedureOf, writeFenced } from './fence.ts';

/** What others are told of: the connection stands still, or goes on. */
const told: Readonly<Partial<Record<ConnectionEvent, EventDoc['type']>>> = {
  paused: 'Suspended',
  recoverToPaused: 'Suspended',
  started: 'Resumed',
  recoverToStarted: 'Resumed',
};

/** Writes the last status, tells of it, and notes the answer. */
export async function endProcedure(
  ports: ActivityPorts,
  { event, answer, ...ref }: ProcedureRef & { event?: ConnectionEvent; answer: ProcedureAnswer },
): Promise<ProcedureResult> {
  const { stores } = ports;
  const { connectionId, number } = ref;
  const procedure = await procedureOf(ports, ref);
  if (procedure.answer !== null) return procedure.answer;
  const connection = await writeFenced(ports, procedure, (now) => {
    const move = event === undefined ? undefined : connectionMachine.advance(now.status, event);
    // Asked again after its status was written, it does the rest.
    if (!move?.ok) return null;
    return {
      status: move.to,
      errorReason: event === 'fail' ? answer.message : null,
      ...failingAt(now, procedure, move.to, new Date()),
    };
  });
  if (event !== undefined) {
    await stores.procedures.step(connectionId, number, event, new Date());
    if (connection.status === 'STARTED')
      await stores.inbox.tellAgain({ connectionId, generation: connection.generation });
    await tellOthers(ports, procedure, connection, event);
  }
  await stores.inbox.remove([draftId(ref)]);
  const message =
    answer.message === '' ? `Connection ${connectionId} is ${connection.status}.` : answer.message;
  return stores.procedures.end(
    connectionId,
    number,
    resultOf(answer.responseCode, message, connection),
    new Date(),
  );
}

async function tellOthers(
  { stores }: ActivityPorts,
  { number, by, note }: ProcedureDoc,
  { _id: connectionId, generation, company, app }: ConnectionDoc,
  event: ConnectionEvent,
): Promise<void> {
  const type = told[event];
  if (type === undefined) return;
  await stores.events.put({
    _id: `${connectionId}/${generation}/${type}/${number}`,
    type,
    connectionId,
    company,
    app,
    sessionId: null,
    connectLink: null,
    at: new Date(),
    data: { procedure: number, by: by.id, ...(note === null ? {} : { note }) },
  });
}
