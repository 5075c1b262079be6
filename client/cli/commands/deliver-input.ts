import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parse, YAMLParseError } from 'yaml';
import { TributaryError } from '../../../domain/errors.ts';
import type { JsonObject, JsonValue } from '../../../domain/json.ts';
import { UsageError } from '../exit.ts';

/** What a file holds, or stdin by `-`. @throws {UsageError} when it cannot be read, or is no YAML or JSON */
export async function readInput(file: string): Promise<JsonValue> {
  const content = file === '-' ? await text(process.stdin) : await read(file);
  try {
    return parse(content) as JsonValue;
  } catch (error) {
    if (error instanceof YAMLParseError) throw new UsageError(`${file} is no YAML: ${error.message}`);
    throw error;
  }
}

const read = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });

/** The same, where an object is wanted. @throws {UsageError} */
export async function readObject(file: string): Promise<JsonObject> {
  const value = await readInput(file);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new UsageError(`${file} must hold names with values.`);
  return value as JsonObject;
}

/** `name=value` options as an object; numbers and true or false are taken as such. @throws {UsageError} */
export function pairsOf(pairs: readonly string[], option: string): JsonObject {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`"${pair}" must be written name=value (${option}).`);
      return [pair.slice(0, at), scalar(pair.slice(at + 1))];
    }),
  );
}

function scalar(value: string): JsonValue {
  if (value === 'true' || value === 'false') return value === 'true';
  return value !== '' && String(Number(value)) === value ? Number(value) : value;
}

/** Lists what is wrong with an input, a fault a line. */
export async function withFaultList<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const faults = error instanceof TributaryError ? error.details.faults : undefined;
    if (!(error instanceof TributaryError) || !Array.isArray(faults) || faults.length === 0) throw error;
    const lines = (faults as readonly { readonly path?: string; readonly message?: string }[]).map(
      ({ path = '', message = '' }) =>
        `  - ${[path.replace(/^body\.?/, ''), message].filter(Boolean).join(': ')}`,
    );
    const what = `${lines.length === 1 ? 'This is' : `These ${lines.length} things are`} wrong:\n${lines.join('\n')}`;
    throw new TributaryError(error.code, what, { ...error.details, faults: [] });
  }
}
