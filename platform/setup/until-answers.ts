import { setTimeout as delay } from 'node:timers/promises';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';
import type { Child } from '../processes/child.ts';

const askEveryMs = 100;

/**
 * Asks a program that was just started until it answers.
 * @param child if it ends meanwhile there is no use in asking on, unless a supervisor restarts it
 * @throws {TributaryError} with `code` and its last lines if it ends, or does not answer in time
 */
export async function untilAnswers<T>(options: {
  readonly name: string;
  readonly code: ErrorCode;
  readonly child?: Child;
  readonly withinMs: number;
  readonly ask: () => Promise<T>;
}): Promise<T> {
  const { name, code, child, withinMs, ask } = options;
  let ended: string | undefined;
  if (child?.restarts !== true)
    void child?.exited.then((how) => {
      ended = how;
    });
  const until = Date.now() + withinMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const why = ended ? `it ended by ${ended}` : (error as Error).message;
      if (ended || Date.now() > until) {
        const lines = child?.lastLines().map((line) => `\n  ${line}`) ?? [];
        throw new TributaryError(
          code,
          `The ${name} does not answer: ${why}${lines.join('')}`,
          {},
          { cause: error },
        );
      }
      await delay(askEveryMs);
    }
  }
}
