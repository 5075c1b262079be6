import { type CallbackCall, RollBack } from '../../connectors/callbacks.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { CallbackFault, ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { noteStep, procedureOf, writeFenced } from './fence.ts';

export const callOf = (procedure: ProcedureDoc, connection: ConnectionDoc): CallbackCall => ({
  procedure: procedure.name,
  connectionId: connection._id,
  company: connection.company,
  app: connection.app,
  number: procedure.number,
  parameters: connection.parameters,
  arguments: procedure.arguments,
});

/** Calls the connector. What it throws is an answer: it is not tried again, for a person has to decide. */
export async function callConnector(
  ports: ActivityPorts,
  { when, ...ref }: ProcedureRef & { readonly when: 'before' | 'after' },
): Promise<CallbackFault> {
  const procedure = await procedureOf(ports, ref);
  const connection = await writeFenced(ports, procedure, () => null);
  const callback = ports.callbacks?.(connection.app)?.[when];
  if (callback === undefined) return null;
  try {
    await callback(callOf(procedure, connection));
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).slice(0, 1000);
    return { rollBack: error instanceof RollBack, reason };
  }
  await noteStep(ports, { ...ref, step: `${when}Callback` });
  return null;
}
