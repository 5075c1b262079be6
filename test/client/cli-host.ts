// Runs one command line after another, each as a process of its own would: a command is loaded only once.
import { runCommandLine } from '../../client/cli/program.ts';
import type { Ended } from './cli-process.ts';

/** A command line, and the environment that it sees. */
export interface Asked {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

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
  const ownEnv = process.env;
  const [stdout, stderr] = [keep(process.stdout), keep(process.stderr)];
  process.env = { ...env };
  try {
    await runCommandLine(args);
  } finally {
    process.env = ownEnv;
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = undefined;
  return { code, stdout: stdout(), stderr: stderr() };
}

process.on('disconnect', () => process.exit());
process.on('message', (asked: Asked) => {
  void run(asked).then((ended) => process.send?.(ended));
});
