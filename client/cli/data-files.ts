import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Where the API of a data folder answers, and with which token. */
export interface ApiFile {
  readonly url: string;
  readonly token: string;
}

/** What runs under `tributary start`, for `service`, `demo break` and people who look. */
export interface ProcessesFile {
  readonly pid: number;
  readonly worker: number;
  /** Process ids by name, such as `api`. A dead one has another when it runs again. */
  readonly children?: Readonly<Record<string, number>>;
  /** host:port */
  readonly engine?: string;
  /** MongoDB connection string. */
  readonly store?: string;
  readonly storefront: { readonly url: string; readonly controlToken: string };
}

/** Secrets of the sample app's client, made at first start. */
export interface StorefrontFile {
  readonly clientSecret: string;
  readonly controlToken: string;
}

const files = { api: 'api.json', processes: 'processes.json', storefront: 'storefront-client.json' } as const;

/** A secret of 32 random bytes in hex. */
export const newSecret = (): string => randomBytes(32).toString('hex');

async function read<T>(file: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Only the user may read it; it is there whole or not at all. */
async function write(file: string, value: object): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(aside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await rename(aside, file);
}

/** Small files in the data folder by which the processes of one machine find each other. */
export function dataFiles(folder: string) {
  const at = (name: keyof typeof files): string => join(folder, files[name]);
  return {
    readApi: () => read<ApiFile>(at('api')),
    writeApi: (value: ApiFile) => write(at('api'), value),
    readProcesses: () => read<ProcessesFile>(at('processes')),
    writeProcesses: (value: ProcessesFile) => write(at('processes'), value),
    /** The sample app's secrets; made if they are not there. */
    storefront: async (): Promise<StorefrontFile> => {
      const kept = await read<StorefrontFile>(at('storefront'));
      if (kept) return kept;
      const fresh = { clientSecret: newSecret(), controlToken: newSecret() };
      await write(at('storefront'), fresh);
      return fresh;
    },
  };
}
