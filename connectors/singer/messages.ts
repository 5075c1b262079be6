import type { JsonObject, JsonValue } from '../../domain/json.ts';

/** A message of a tap, as the Singer specification has it. */
export type SingerMessage =
  | { readonly type: 'SCHEMA'; readonly stream: string }
  | {
      readonly type: 'RECORD';
      readonly stream: string;
      readonly record: JsonObject;
      /** Of a full table: rows of an older one are no longer there. */
      readonly version: number | null;
    }
  | { readonly type: 'STATE'; readonly value: JsonValue }
  | { readonly type: 'ACTIVATE_VERSION'; readonly stream: string; readonly version: number }
  /** Rows in files, or what the specification does not have. */
  | { readonly type: 'BATCH' | 'OTHER'; readonly name: string };

/** What a line is: a message, a row that is no JSON, or why it is nothing. */
export type ParsedLine =
  | { readonly message: SingerMessage }
  | { readonly unreadableRowOf: string; readonly why: string }
  | { readonly why: string };

/** The beginning of a row, so that one that is no JSON (`NaN` in it, most often) is still known as one. */
const rowStart = /^\s*\{[^{}]*?"type"\s*:\s*"RECORD"[^{}]*?"stream"\s*:\s*"([^"\\]+)"/;

/** Reads one line of a tap. */
export function parseLine(line: string): ParsedLine {
  let message: JsonValue;
  try {
    message = JSON.parse(line) as JsonValue;
  } catch (error) {
    const why = `is no JSON (${(error as Error).message.replace(/[,.]? ?"[\s\S]*$/, '')})`;
    const stream = rowStart.exec(line)?.[1];
    return stream === undefined ? { why } : { unreadableRowOf: stream, why };
  }
  return isObject(message) ? read(message) : { why: 'is no Singer message' };
}

function read(message: JsonObject): ParsedLine {
  const { type, stream } = message;
  if (typeof type !== 'string') return { why: 'is no Singer message: it has no type' };
  if (type === 'STATE') return { message: { type, value: message.value ?? null } };
  if (type !== 'SCHEMA' && type !== 'RECORD' && type !== 'ACTIVATE_VERSION')
    return { message: { type: type === 'BATCH' ? type : 'OTHER', name: type.slice(0, 40) } };
  if (typeof stream !== 'string') return { why: `is a ${type} that names no stream` };
  if (type === 'SCHEMA') return { message: { type, stream } };
  const version = Number.isFinite(message.version) ? (message.version as number) : null;
  if (type === 'RECORD') {
    const { record } = message;
    return isObject(record)
      ? { message: { type, stream, record, version } }
      : { why: 'is a RECORD whose record is no object' };
  }
  return version === null
    ? { why: 'is an ACTIVATE_VERSION without a version' }
    : { message: { type, stream, version } };
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
