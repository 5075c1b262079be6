import type { Command } from 'commander';
import type { JsonObject } from '../../../domain/json.ts';
import { UsageError } from '../exit.ts';
import { pairsOf, readObject } from './deliver-input.ts';
import { collect } from './shared.ts';

/** How a sync is told on the command line; the file may say all of it, options come before it. */
export interface ModelOptions {
  readonly file?: string;
  readonly connection?: string;
  readonly resource?: string;
  readonly where?: readonly string[];
  readonly field?: readonly string[];
  readonly keyField?: string;
  readonly to?: string;
  readonly object?: string;
  readonly mode?: string;
  readonly every?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly afterSession?: boolean;
  readonly manual?: boolean;
  /** False by --no-prepare. */
  readonly prepare: boolean;
}

/** Adds the options that add, update and preview have in common. */
export const withModelOptions = (command: Command): Command =>
  command
    .option('--file <file>', 'all of it as YAML or JSON, as the API takes it; "-" for stdin')
    .option('--connection <id>', 'connection that it reads from')
    .option('--resource <id>', 'resource that it reads')
    .option('--where <field=value>', 'only records with this value; may be given several times', collect)
    .option('--field <to=from[:type]>', 'a field; may be given several times. Default: all', collect)
    .option('--key-field <name>', 'field at the destination that holds the key')
    .option('--to <destination>', 'destination id')
    .option('--object <name>', 'collection, table, path, file or stream there')
    .option('--mode <mode>', 'upsert, insertOnly, mirror or full')
    .option('--every <interval>', 'run in intervals, such as 15m, 6h, 1d')
    .option('--cron <expression>', 'run by five fields, such as "0 6 * * 1-5"')
    .option('--zone <name>', 'time zone of --cron, such as Europe/Berlin')
    .option('--after-session', 'run after every session of the connection')
    .option('--manual', 'run by call only')
    .option('--no-prepare', 'ask nothing of the destination, and make nothing there');

/** The body that the options say. @throws {UsageError} */
export async function modelBody(options: ModelOptions): Promise<JsonObject> {
  const { file, connection, resource, where, field, keyField, to, object, mode, zone, prepare } = options;
  const own = file === undefined ? {} : await readObject(file);
  const model = (own.model ?? {}) as JsonObject;
  const asked = {
    ...(resource === undefined ? {} : { resource }),
    ...(where === undefined ? {} : { filter: pairsOf(where, '--where') }),
  };
  const schedule = scheduleOf(options);
  return {
    ...own,
    ...(connection === undefined ? {} : { connection }),
    ...(Object.keys(asked).length === 0 ? {} : { model: { ...model, ...asked } }),
    ...(field === undefined ? {} : { mapping: field.map(fieldOf) }),
    ...(keyField === undefined ? {} : { keyField }),
    ...(to === undefined ? {} : { destination: to }),
    ...(object === undefined ? {} : { object }),
    ...(mode === undefined ? {} : { mode }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...(prepare ? {} : { prepare }),
  };
}

/** `total=sales:number`; text in braces is a template. */
function fieldOf(text: string): JsonObject {
  const [, to, from = '', type] = /^([^=]+)=(.*?)(?::([a-z]+))?$/s.exec(text) ?? [];
  if (to === undefined || from === '')
    throw new UsageError(`"${text}" must be written to=from or to=from:type (--field).`);
  return {
    to,
    ...(type === undefined ? {} : { type }),
    from: from.includes('{{') || from.includes('{%') ? { template: from } : { field: from },
  };
}

function scheduleOf({ every, cron, afterSession, manual }: ModelOptions): JsonObject | undefined {
  const [schedule, ...more] = [
    ...(every === undefined ? [] : [{ kind: 'INTERVAL', every }]),
    ...(cron === undefined ? [] : [{ kind: 'CRON', cron }]),
    ...(afterSession === true ? [{ kind: 'AFTER_SESSION' }] : []),
    ...(manual === true ? [{ kind: 'MANUAL' }] : []),
  ];
  if (more.length > 0) throw new UsageError('Name one of --every, --cron, --after-session, --manual.');
  return schedule;
}
