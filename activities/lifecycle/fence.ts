import { TributaryError } from '../../domain/errors.ts';
import type { ConnectionChange } from '../../stores/connections.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { ProcedureRef } from '../contracts.ts';

type Ports = { readonly stores: Pick<Stores, 'connections' | 'procedures'> };

/** @throws {TributaryError} PROCEDURE_TAKEN_OVER when its call was given up before it began */
export async function procedureOf({ stores }: Ports, ref: ProcedureRef): Promise<ProcedureDoc> {
  const doc = await stores.procedures.get(ref.connectionId, ref.number);
  if (doc === null)
    throw new TributaryError('PROCEDURE_TAKEN_OVER', 'The call was given up before it began.');
  return doc;
}

/** @throws {TributaryError} PROCEDURE_TAKEN_OVER once a later procedure or a disconnect took over */
export function refuseTakenOver(
  { name, generation, number }: Pick<ProcedureDoc, 'name' | 'generation' | 'number'>,
  connection: ConnectionDoc | null,
): asserts connection is ConnectionDoc {
  const { ownCode, status } = connection ?? {};
  // The generation that connectAgain belongs to is the one that it makes.
  const before = name === 'connectAgain' && connection?.generation === generation - 1;
  const open = before ? status === 'DISCONNECTED' : connection?.generation === generation && ownCode !== 26;
  if (!open || (connection?.fence ?? 0) > number) throw new TributaryError('PROCEDURE_TAKEN_OVER');
}

/**
 * The one way by which a procedure writes to its connection: compare-and-set under its fencing number, so that one
 * that was terminated, and whose activity still runs somewhere, writes nothing.
 * @returns the connection after the change
 * @throws {TributaryError} PROCEDURE_TAKEN_OVER
 */
export function writeFenced(
  { stores }: Ports,
  procedure: ProcedureDoc,
  compute: (connection: ConnectionDoc) => ConnectionChange | null,
): Promise<ConnectionDoc> {
  return stores.connections.change(procedure.connectionId, (connection) => {
    refuseTakenOver(procedure, connection);
    if ((connection.fence ?? 0) !== procedure.number) throw new TributaryError('PROCEDURE_TAKEN_OVER');
    return compute(connection);
  });
}

/** Notes a step of the procedure, unless another one took over. @throws {TributaryError} PROCEDURE_TAKEN_OVER */
export async function noteStep(
  ports: Ports,
  { step, ...ref }: ProcedureRef & { readonly step: string },
): Promise<void> {
  await writeFenced(ports, await procedureOf(ports, ref), () => null);
  await ports.stores.procedures.step(ref.connectionId, ref.number, step, new Date());
}
