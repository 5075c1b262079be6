import { configurationMachine } from '../../domain/connection.ts';
import { connectionCodeMachine, needsSlots } from '../../domain/session.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import { alertSessionErrors } from '../alerts.ts';
import { confirmAuthorized } from '../authorization/confirm.ts';
import type { WaitsForSlot, WriteStatusInput } from '../contracts.ts';
import { recordDeauthorized } from '../events.ts';
import type { ActivityPorts } from '../ports.ts';
import { giveSlots, showWait, takeSlots } from '../slots/slots.ts';
import { keepStatistics } from '../statistics/record.ts';
import { startSyncs } from '../sync/open-runs.ts';
import { countFailures } from './failing.ts';
import { sealSession } from './seal.ts';

/**
 * Writes transitions to the timeline and the session. What they mean elsewhere is written before, so that whoever
 * reads the status finds connection and change feed in step with it. May be repeated: a repeated write changes
 * nothing, one that comes too late has no effect.
 */
export async function writeStatus(
  ports: ActivityPorts,
  input: WriteStatusInput,
): Promise<WaitsForSlot | null> {
  const { stores } = ports;
  const { sessionId, steps, detail, failedResources, webhookPending, until } = input;
  const [first, last] = [steps[0], steps.at(-1)];
  if (first === undefined || last === undefined) return null;
  const before = await stores.sessions.get(sessionId);
  if ((before?.seq ?? 0) < last.seq) await follow(ports, input);
  const asks = !needsSlots(first.from) || before?.waitingFor != null;
  const waits =
    before !== null && asks && needsSlots(last.to) ? await takeSlots(ports, before, last.seq) : null;
  const after = await stores.sessions.writeStatus({
    sessionId,
    steps,
    detail: detail ?? null,
    failedResources: failedResources ?? [],
    webhookPending,
    until: until === undefined ? null : new Date(until),
    waitingFor: waits === null ? null : { ...waits, since: new Date(waits.since) },
  });
  // Written by an earlier attempt, it may say what was true then.
  if (after.seq === last.seq) await showWait(ports, after, waits);
  if (!needsSlots(last.to))
    await giveSlots(ports, [{ connectionId: input.connectionId, sessionId, seq: last.seq }]);
  const closedBy = closedByStatus[last.to];
  if (closedBy !== undefined) await stores.sessions.close(sessionId, closedBy, new Date(last.at));
  // It fails no session: the write is tried until the store and the engine answer.
  if (input.seal === true) await startSyncs(ports, { connectionId: input.connectionId, sessionId });
  return waits;
}

/** 8 and 9 are the connection's business, a session that goes on from 9 finalizes it, 19 seals the changes. */
async function follow(ports: ActivityPorts, input: WriteStatusInput): Promise<void> {
  const { connectionId, generation, steps, seal } = input;
  await keepStatistics(ports, {
    sessionId: input.sessionId,
    steps: steps.map((step) => ({ ...step, at: new Date(step.at) })),
    ...(input.failedResources === undefined ? {} : { failedResources: input.failedResources }),
  });
  const passes = (to: number) => steps.find((step) => step.to === to);
  const code = passes(8) ?? passes(9);
  if (code !== undefined) {
    const after = await ports.stores.connections.change(connectionId, (connection) =>
      connection.generation === generation
        ? ownCodeAfter(connection, code.to === 9, new Date(code.at))
        : null,
    );
    if (code.to === 8 && after.generation === generation)
      await recordDeauthorized(ports, after, input.sessionId);
  }
  if (steps.some((step) => step.event === 'finalized')) await confirmAuthorized(ports, { connectionId });
  await countFailures(ports, input);
  await alertSessionErrors(ports, input);
  if (seal === true) await sealSession(ports, input);
}

const closedByStatus: Readonly<Record<number, NonNullable<SessionDoc['closedBy']>>> = {
  8: 'deauthorized',
  19: 'synced',
  26: 'disconnected',
};

/** 8 is the connection's own code from the revocation until a session reaches 9 (states.md section 1). */
function ownCodeAfter(connection: ConnectionDoc, authorized: boolean, since: Date) {
  const now = connection.ownCode ?? 'session';
  const move = connectionCodeMachine.advance(now, authorized ? 'authorized' : 'grantRevoked');
  const ownCode = !move.ok || move.to === 'session' ? (move.ok ? null : connection.ownCode) : move.to;
  const configured = authorized
    ? configurationMachine.advance(connection.configurationStatus, 'connect')
    : null;
  const configurationStatus = configured?.ok ? configured.to : connection.configurationStatus;
  if (
    ownCode === connection.ownCode &&
    connection.authorized === authorized &&
    configurationStatus === connection.configurationStatus
  )
    return null;
  return { ownCode, ownCodeSince: ownCode === null ? null : since, authorized, configurationStatus };
}
