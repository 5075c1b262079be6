import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { runStep } from './programs.ts';

const answerWithinMs = 5_000;
const downloadWithinMs = 10 * 60_000;

const archive = z.object({ archiveUrl: z.url({ protocol: /^https$/ }), fileToExtract: z.string() });

async function get(url: string, withinMs: number): Promise<Response> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(withinMs) }).catch((error: Error) => {
    const cause = error.cause instanceof Error ? error.cause.message : error.message;
    throw new Error(`${new URL(url).host} cannot be reached (${cause})`);
  });
  if (!answer.ok) throw new Error(`${new URL(url).host} answered ${answer.status}`);
  return answer;
}

/** Asks the official download service, as Temporal's own SDKs do, which archive holds a version for this machine. */
export async function findEngineDownload(version: string): Promise<z.infer<typeof archive>> {
  const platform = process.platform === 'darwin' ? 'darwin' : 'linux';
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const url = `https://temporal.download/cli/v${version}?platform=${platform}&arch=${arch}&format=tar.gz`;
  return archive.parse(await (await get(url, answerWithinMs)).json());
}

/** Downloads a version of the Temporal CLI. @param target the file to make */
export async function downloadEngine(version: string, target: string): Promise<void> {
  const { archiveUrl, fileToExtract } = await findEngineDownload(version);
  const folder = await mkdtemp(`${target}.`);
  try {
    const packed = join(folder, 'archive.tar.gz');
    const { body } = await get(archiveUrl, downloadWithinMs);
    if (!body) throw new Error(`${archiveUrl} is empty`);
    await pipeline(Readable.fromWeb(body), createWriteStream(packed));
    await runStep({ command: 'tar', args: ['-xzf', packed, '-C', folder, fileToExtract] });
    await chmod(join(folder, fileToExtract), 0o755);
    await rename(join(folder, fileToExtract), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
