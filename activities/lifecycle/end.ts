import { type ConnectionEvent, connectionMachine } from '../../domain/connection.ts';
import { type ProcedureResult, resultOf } from '../../domain/lifecycle.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc, EventDoc, ProcedureDoc } from '../../stores/model.ts';
import { alertConnection } from '../alerts.ts';
import type { ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { autoPauseActor, failingAt } from './auto-pause.ts';
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
  await alertStandstill(ports, procedure, connection, event, answer.message);
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

/** In ERROR, or paused by itself: a person has to know. */
async function alertStandstill(
  ports: ActivityPorts,
  { number, by, note }: ProcedureDoc,
  connection: ConnectionDoc,
  event: ConnectionEvent | undefined,
  message: string,
): Promise<void> {
  const occurrence = { id: `${connection._id}/${number}`, at: new Date() };
  if (event === 'fail' && connection.status === 'ERROR') {
    const reason = message === '' ? 'A lifecycle procedure failed.' : message;
    await alertConnection(ports, connection, { ...occurrence, reason, what: 'is in error' });
  }
  if (
    event === 'paused' &&
    connection.status === 'PAUSED' &&
    by.kind === autoPauseActor.kind &&
    by.id === autoPauseActor.id
  ) {
    const reason = note ?? 'Its sessions kept failing.';
    await alertConnection(ports, connection, { ...occurrence, reason, what: 'was paused by itself' });
  }
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
