import { join } from 'node:path';
import { DryMongoBinary } from 'mongodb-memory-server-core/lib/util/DryMongoBinary.js';
import { MongoBinary } from 'mongodb-memory-server-core/lib/util/MongoBinary.js';
import { isThere } from './cache.ts';

const version = '8.0.13';
const host = 'fastdl.mongodb.org';
const answerWithinMs = 5_000;

const optionsFor = (cache: string) => ({ version, downloadDir: join(cache, 'mongod') });

/** The mongod of an earlier download, if there is one. */
export async function findCachedMongod(cache: string): Promise<string | undefined> {
  const options = await DryMongoBinary.generateOptions(optionsFor(cache));
  const name = await DryMongoBinary.getBinaryName(options);
  const path = DryMongoBinary.combineBinaryName(options.downloadDir, name);
  return (await isThere(path)) ? path : undefined;
}

/** Asks whether the official downloads can be reached. @throws if not, within 5 s */
export async function probeMongoDownload(): Promise<void> {
  await fetch(`https://${host}/`, { method: 'HEAD', signal: AbortSignal.timeout(answerWithinMs) }).catch(
    (error: Error) => {
      const cause = error.cause instanceof Error ? error.cause.message : error.message;
      throw new Error(`${host} cannot be reached (${cause})`);
    },
  );
}

/** Downloads mongod into the cache, unless it is there. @returns its path */
export async function downloadMongod(cache: string): Promise<string> {
  // Without this the library does not check the certificate of what it downloads a program from.
  process.env.npm_config_strict_ssl ??= 'true';
  return MongoBinary.getPath({ ...optionsFor(cache), checkMD5: true });
}
