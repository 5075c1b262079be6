import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';
import { secretValues } from '../configuration.ts';
import { excerpt } from '../redact.ts';
import type { ToldError } from './messages.ts';

const quietLevels = ['DEBUG', 'TRACE'];
const mostOdd = 100;

/** What a source says to people during one run, and what it says went wrong. Nothing of it shows a secret. */
export function createSaid(secrets: string[], onSaid: (line: string) => void) {
  const errors: ToldError[] = [];
  const odd = new Set<string>();
  return {
    /** A line that is no message. */
    line: (text: string): void => onSaid(excerpt(text, secrets, 2_000)),
    log(level: string, message: string): void {
      if (!quietLevels.includes(level)) onSaid(`${level}: ${excerpt(message, secrets, 2_000)}`);
    },
    /** Something odd, told once. */
    once(line: string): void {
      if (odd.size >= mostOdd || odd.has(line)) return;
      odd.add(line);
      onSaid(line);
    },
    error(error: ToldError): void {
      // A source that fails in a loop says the same again.
      if (errors.length < mostOdd) errors.push(error);
      onSaid(`ERROR: ${excerpt(error.message, secrets, 2_000)}`);
    },
    /** Values of a configuration that took the place of the first one are not shown either. */
    hide: (schema: JsonObject, configuration: JsonObject): void => {
      secrets.push(...secretValues(schema, configuration).filter((value) => !secrets.includes(value)));
    },
    /**
     * What went wrong, in the source's words. That of a stream counts before that of the whole run, and the first before
     * later ones: the libraries of the protocol end every failure with a summary that calls it one of the configuration.
     */
    failure(): TributaryError | null {
      const told = errors.find(({ stream }) => stream !== null) ?? errors[0];
      if (told === undefined) return null;
      const words = excerpt(told.message, secrets, 500);
      return told.failure === 'config'
        ? new TributaryError('SOURCE_CONFIGURATION_REFUSED', `The source says: ${words}`)
        : new TributaryError('SOURCE_PROGRAM_FAILED', `The source says: ${words}`, { failure: told.failure });
    },
  };
}

/** What a source says. */
export type Said = ReturnType<typeof createSaid>;
