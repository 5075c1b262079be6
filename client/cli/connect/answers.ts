import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { JsonObject } from '../../../domain/json.ts';
import { UsageError } from '../exit.ts';

const text = z.string('must be text: put it in quotes').trim().min(1, 'must not be empty');
const optional = text.nullish();

/** A file of answers; what is left out, or empty, has its default. `tributary connect APP --template` prints one. */
const answersFile = z.strictObject({
  company: z
    .union([text, z.strictObject({ id: text, name: optional })], 'must be an id, or id and name')
    .nullish(),
  id: optional,
  prerequisites: z
    .union([z.literal('all'), z.array(text)], 'must be all, or a list of those that are done')
    .nullish(),
  connector: z
    .strictObject({
      pool: optional,
      timeZone: optional,
      schedule: optional,
      deduplication: z.boolean('must be true or false').nullish(),
      driftPolicy: optional,
    })
    .nullish(),
  parameters: z.record(z.string(), optional).nullish(),
  configuration: z.record(z.string(), z.unknown()).nullish(),
  credentials: z.strictObject({ username: optional, clientId: optional, secretFile: optional }).nullish(),
  resources: z.array(z.union([text, z.strictObject({ id: text, historyStart: optional })])).nullish(),
  historyStart: optional,
  properties: z.record(z.string(), z.unknown()).nullish(),
});

/** What is known before anybody is asked, from options and a file. */
export interface Answers {
  readonly company?: string | undefined;
  readonly companyName?: string | undefined;
  readonly id?: string | undefined;
  /** Ids of those that are done. */
  readonly prerequisites?: 'all' | readonly string[] | undefined;
  readonly connector?: Readonly<Record<string, unknown>> | undefined;
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  /** Of an app that takes one; its secrets may stand in the secret instead, as an object of the same form. */
  readonly configuration?: JsonObject | undefined;
  readonly username?: string | undefined;
  readonly clientId?: string | undefined;
  /** Never from the command line itself: from a file, or the environment. */
  readonly secret?: string | undefined;
  readonly resources?: readonly string[] | undefined;
  /** A time, or `orders=2024-01-31, items=2023-01-01`. */
  readonly historyStart?: string | undefined;
  readonly properties?: Readonly<Record<string, unknown>> | undefined;
}

/** Answers of a file, and where the secret is. */
export interface FileAnswers extends Omit<Answers, 'secret'> {
  readonly secretFile?: string | undefined;
}

const given = (record: object | null | undefined): Readonly<Record<string, unknown>> | undefined =>
  record == null
    ? undefined
    : Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null && value !== undefined));

/** What is empty was not answered; an object in which nothing is left was not either. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value ?? undefined;
  const left = Object.entries(value)
    .map(([name, inner]) => [name, withoutEmpty(inner)] as const)
    .filter(([, inner]) => inner !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

/**
 * Reads a file of answers.
 * @throws {UsageError} when it cannot be read, or naming everything in it that cannot be an answer
 */
export async function readAnswers(file: string): Promise<FileAnswers> {
  const source = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  let content: unknown;
  try {
    content = parse(source) ?? {};
  } catch (error) {
    throw new UsageError(`${file} is no YAML: ${(error as Error).message.split('\n')[0]}`);
  }
  const result = answersFile.safeParse(content);
  if (result.success) return answersOf(result.data, dirname(file));
  const faults = result.error.issues.map(
    ({ path, message }) => `  ${path.join('.') || 'the file'}: ${message}`,
  );
  throw new UsageError(`${file} cannot be used:\n${faults.join('\n')}`);
}

function answersOf(file: z.infer<typeof answersFile>, folder: string): FileAnswers {
  const { company, credentials, resources, historyStart } = file;
  const [companyId, name] = typeof company === 'string' ? [company] : [company?.id, company?.name];
  const all = (resources ?? []).map((one) => (typeof one === 'string' ? { id: one } : one));
  const own = all.flatMap(({ id, ...one }) =>
    'historyStart' in one && one.historyStart ? [`${id}=${one.historyStart}`] : [],
  );
  if (own.length > 0 && historyStart)
    throw new UsageError('historyStart stands beside resources that have one of their own: use one of them.');
  const secretFile = credentials?.secretFile ?? undefined;
  return {
    company: companyId,
    companyName: name ?? undefined,
    id: file.id ?? undefined,
    prerequisites: file.prerequisites ?? undefined,
    connector: given(file.connector),
    parameters: given(file.parameters),
    configuration: file.configuration == null ? undefined : (withoutEmpty(file.configuration) as JsonObject),
    username: credentials?.username ?? undefined,
    clientId: credentials?.clientId ?? undefined,
    secretFile: secretFile === undefined ? undefined : resolve(folder, secretFile),
    resources: resources == null ? undefined : all.map(({ id }) => id),
    historyStart: own.length > 0 ? own.join(', ') : (historyStart ?? undefined),
    properties: given(file.properties),
  };
}
