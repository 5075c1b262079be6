// Runs one command line after another, each as a process of its own would: a command is loaded only once.
import { fileURLToPath } from 'node:url';
import type { Ended } from './cli-process.ts';

/** A command line, and the environment that it sees. */
export interface Asked {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const main = new URL('../../client/cli/main.ts', import.meta.url);
let runs = 0;

/** Keeps what is written. @returns what was written, when it is over */
function keep(stream: NodeJS.WriteStream): () => string {
  const chunks: Buffer[] = [];
  const { write } = stream;
  stream.write = ((chunk: string | Uint8Array, ...more: unknown[]): boolean => {
    chunks.push(Buffer.from(chunk as string));
    const done = more.find((one) => typeof one === 'function');
    if (done !== undefined) process.nextTick(done as () => void);
    return true;
  }) as typeof write;
  return () => {
    stream.write = write;
    return Buffer.concat(chunks).toString();
  };
}

async function run({ args, env }: Asked): Promise<Ended> {
  runs += 1;
  const own = { env: process.env, argv: process.argv };
  const [stdout, stderr] = [keep(process.stdout), keep(process.stderr)];
  process.env = { ...env };
  process.argv = [process.execPath, fileURLToPath(main), ...args];
  try {
    // Its last lines run the arguments; the query makes another instance of this one module.
    await import(`${main.href}?run=${runs}`);
  } finally {
    Object.assign(process, own);
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { code, stdout: stdout(), stderr: stderr() };
}

process.on('disconnect', () => process.exit());
process.on('message', (asked: Asked) => {
  void run(asked).then((ended) => process.send?.(ended));
});
