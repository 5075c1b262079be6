import { TributaryError } from '../../domain/errors.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { changeAccess } from './access.ts';
import { procedureOf, writeFenced } from './fence.ts';

/** What the engine or the store could not do is tried again; everything else is an answer to the caller. */
const triedAgain: readonly string[] = ['STORE_UNAVAILABLE', 'STORE_CONFLICT', 'PROCEDURE_TAKEN_OVER'];

/** Tests what is new, then saves it. The caller's input has the right form already. */
export async function changeConfiguration(ports: ActivityPorts, ref: ProcedureRef): Promise<ProcedureAnswer> {
  const procedure = await procedureOf(ports, ref);
  const connection = await writeFenced(ports, procedure, () => null);
  const answer = await change(ports, procedure, connection);
  if (answer.responseCode === 'OK')
    await ports.stores.procedures.step(ref.connectionId, ref.number, 'saved', new Date());
  return answer;
}

async function change(
  ports: ActivityPorts,
  procedure: ProcedureDoc,
  connection: ConnectionDoc,
): Promise<ProcedureAnswer> {
  if (procedure.name !== 'updateConnectionConfiguration') {
    await writeFenced(ports, procedure, () => changeOf(procedure));
    return { responseCode: 'OK', message: saved(procedure) };
  }
  try {
    await changeAccess(ports, procedure, connection);
    return { responseCode: 'OK', message: 'The configuration was tested and saved.' };
  } catch (error) {
    if (!(error instanceof TributaryError) || triedAgain.includes(error.code)) throw error;
    const message = `${error.message} Nothing was saved.`.slice(0, 1000);
    return { responseCode: 'CONNECTION_TEST_FAILED', message };
  }
}

/** Settings that need no test: those that were given. */
function changeOf({
  arguments: { pool, timeZone, driftPolicy, deduplication },
}: ProcedureDoc): ConnectionChange {
  return {
    ...(typeof pool === 'string' ? { pool } : {}),
    ...(typeof timeZone === 'string' ? { timeZone } : {}),
    ...(driftPolicy === 'ignore' || driftPolicy === 'propagate' || driftPolicy === 'pause'
      ? { driftPolicy }
      : {}),
    ...(typeof deduplication === 'boolean' ? { deduplication } : {}),
  };
}

const saved = ({ name, arguments: given }: ProcedureDoc): string =>
  name === 'updatePool'
    ? `The pool is ${String(given.pool)} from the next session on.`
    : `Saved: ${Object.entries(given)
        .map(([setting, value]) => `${setting} ${String(value)}`)
        .join(', ')}; from the next session on.`;
