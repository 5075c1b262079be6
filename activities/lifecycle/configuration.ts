import { TributaryError } from '../../domain/errors.ts';
import type { ProcedureAnswer } from '../../domain/procedures.ts';
import type { ConnectionDoc, ProcedureDoc } from '../../stores/model.ts';
import type { ProcedureRef } from '../contracts.ts';
import type { ActivityPorts } from '../ports.ts';
import { changeAccess } from './access.ts';
import { procedureOf, writeFenced } from './fence.ts';
import { resetAll } from './reset.ts';
import { changeResource, resourceSaved } from './resource.ts';
import { setAccess } from './set-access.ts';
import { settingsChange } from './settings.ts';
import { isAnswer, steps } from './steps.ts';
import { testFailed } from './test-failed.ts';

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
  const { name } = procedure;
  if (name === 'setConnectionConfiguration') return setAccess(ports, procedure, connection);
  if (name === 'resetConfiguration') return resetAll(ports, procedure, connection);
  if (name === 'updateConnectionConfiguration') {
    try {
      await changeAccess(ports, procedure, connection);
      return { responseCode: 'OK', message: 'The configuration was tested and saved.' };
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      return testFailed(error, 'Nothing was saved.');
    }
  }
  return writeOnce(ports, procedure);
}

/** What one write does; a no is an answer, and nothing is written. */
async function writeOnce(ports: ActivityPorts, procedure: ProcedureDoc): Promise<ProcedureAnswer> {
  const { name, arguments: given } = procedure;
  const step = steps[name]?.(ports, procedure);
  let refused: ProcedureAnswer | null = null;
  await writeFenced(ports, procedure, (now) => {
    const made =
      step !== undefined
        ? step(now)
        : name === 'updateResource'
          ? changeResource(ports, procedure, now)
          : name === 'updatePool'
            ? { pool: String(given.pool) }
            : settingsChange(given);
    refused = isAnswer(made) ? made : null;
    return isAnswer(made) ? null : made;
  });
  return refused ?? { responseCode: 'OK', message: step === undefined ? saved(procedure) : '' };
}

function saved({ name, arguments: given }: ProcedureDoc): string {
  if (name === 'updatePool') return `The pool is ${String(given.pool)} from the next session on.`;
  if (name === 'updateResource') return resourceSaved(given);
  return `Saved: ${Object.entries(given)
    .map(([setting, value]) => `${setting} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ')}; from the next session on.`;
}
