import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';

/** Who answers, and where lines go. */
export interface Person {
  /**
   * Prints the prompt and waits for a line; `hidden` does not show what is typed. None: nobody can be asked, every
   * answer is given or a default.
   * @throws {Stopped} when the person ends it
   */
  readonly ask?: (prompt: string, options?: { readonly hidden?: boolean }) => Promise<string>;
  readonly say: (line: string) => void;
  /** Gives the keyboard back while something is waited for, so that Ctrl-C is a signal. */
  readonly rest?: () => void;
}

/** The person ended it, by Ctrl-C, by the end of the input, or by saying no: everything stays as it is. */
export class Stopped extends Error {
  constructor() {
    super('Stopped.');
  }
}

/** What the next questions are about; said only where somebody is asked. */
export function heading({ ask, say }: Person, text: string): void {
  if (ask !== undefined) say(`\n${text}`);
}

/** A person at a terminal. */
export interface Terminal extends Person {
  readonly ask: NonNullable<Person['ask']>;
  readonly rest: () => void;
}

/** Asks at a terminal. Lines that were typed ahead are the next answers. */
export function createTerminal(
  input: NodeJS.ReadableStream = process.stdin,
  output: NodeJS.WritableStream = process.stdout,
): Terminal {
  const ahead: string[] = [];
  let reader: Interface | undefined;
  let hides = false;
  let waiting: { readonly line: (text: string) => void; readonly stop: () => void } | undefined;
  const shown = new Writable({
    write: (chunk, _encoding, done) => {
      if (!hides) output.write(chunk);
      done();
    },
  });
  function open(): Interface {
    const opened = createInterface({ input, output: shown, terminal: true, historySize: 0 });
    opened.on('line', (text) => {
      const { line } = waiting ?? {};
      waiting = undefined;
      if (line === undefined) ahead.push(text);
      else line(text);
    });
    opened.on('SIGINT', () => waiting?.stop());
    opened.on('close', () => {
      reader = undefined;
      waiting?.stop();
    });
    return opened;
  }
  return {
    say: (line) => {
      output.write(`${line}\n`);
    },
    ask: (prompt, { hidden = false } = {}) =>
      new Promise<string>((resolve, reject) => {
        const taken = (text: string): void => {
          if (hidden) output.write('\n');
          hides = false;
          resolve(text);
        };
        const next = ahead.shift();
        if (next !== undefined) {
          output.write(hidden ? prompt : `${prompt}${next}\n`);
          return taken(next);
        }
        reader ??= open();
        reader.setPrompt(prompt);
        reader.prompt();
        hides = hidden;
        waiting = {
          line: taken,
          stop: () => {
            hides = false;
            waiting = undefined;
            output.write('\n');
            reject(new Stopped());
          },
        };
      }),
    rest: () => reader?.close(),
  };
}
