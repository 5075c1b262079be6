import { TributaryError } from '../../domain/errors.ts';
import type { Delivery, DeliveryTarget, RowOutcome } from '../contract.ts';
import { recordLine, schemaLine, stateLine, stateNumber } from './messages.ts';
import { type Program, type ProgramOptions, startProgram } from './program.ts';

/** Characters that are handed over at once: a full batch in one text would be in memory twice. */
const partLength = 64 * 1024;

/** A target that takes rows; they are delivered when it gives back the state that followed them. */
export async function openDelivery(
  options: Omit<ProgramOptions, 'onLine'>,
  target: DeliveryTarget,
  now: () => Date,
): Promise<Delivery> {
  /** Keys of the writes that are not confirmed, by number of the state after them. */
  const waiting = new Map<number, readonly string[]>();
  let sent = 0;
  let confirmed = 0;
  let outcomes: RowOutcome[] = [];
  let failure: TributaryError | undefined;
  let finished = false;
  let begun = false;

  const onLine = (line: string): void => {
    const number = stateNumber(line);
    if (number === undefined || number > sent) {
      failure ??= badAnswer(`The target wrote what is no state of ours: ${line.slice(0, 200)}`);
      return;
    }
    for (; confirmed < number; confirmed++) {
      for (const key of waiting.get(confirmed + 1) ?? [])
        outcomes.push({ key, outcome: 'delivered', requestId: null });
      waiting.delete(confirmed + 1);
    }
  };
  const program: Program = await startProgram({ ...options, onLine });

  const confirmedNow = (): readonly RowOutcome[] => {
    // What is known is told first; the failure comes by the next call.
    if (outcomes.length === 0 && failure !== undefined) throw failure;
    const known = outcomes;
    outcomes = [];
    return known;
  };

  return {
    async write(rows, { signal }) {
      if (failure !== undefined) throw failure;
      signal.throwIfAborted();
      let part = begun ? '' : schemaLine(target);
      begun = true;
      sent += 1;
      waiting.set(
        sent,
        rows.map(({ key }) => key),
      );
      const number = sent;
      for (const row of rows) {
        part += recordLine(row, target.object, now());
        if (part.length < partLength) continue;
        await program.send(part, signal);
        part = '';
      }
      await program.send(part + stateLine(number), signal);
      return confirmedNow();
    },
    async finish({ signal }) {
      if (finished) return [];
      await program.finish(signal);
      finished = true;
      if (failure !== undefined) throw failure;
      if (confirmed < sent)
        throw badAnswer(
          program.told(`The target ended well but gave back the state ${confirmed} of ${sent} only.`),
        );
      const left = await program.left();
      if (left.length > 0)
        throw badAnswer(
          `The target wrote ${left.slice(0, 3).join(', ')} into the folder where it works, which is removed after it. ` +
            'Tell it in its configuration where to write, by an absolute path.',
        );
      return confirmedNow();
    },
    close: () => program.stop(),
  };
}

const badAnswer = (message: string): TributaryError => new TributaryError('DESTINATION_BAD_ANSWER', message);
