import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { memberText } from './raw.ts';

/** A stream by its name and, where the source has them, its namespace. */
export interface StreamName {
  readonly name: string;
  readonly namespace: string | null;
}

/** A failure that a source tells of. */
export interface ToldError {
  readonly message: string;
  /** Whether it is the configuration's fault, goes away by itself, or is the source's own. */
  readonly failure: 'config' | 'transient' | 'system';
  /** The stream it is about; null: all of it. */
  readonly stream: StreamName | null;
}

/** A message of the Airbyte protocol, version 0, as far as it matters here. */
export type AirbyteMessage =
  | {
      readonly type: 'RECORD';
      readonly stream: StreamName;
      readonly data: JsonObject;
      /** Whether the source says that it left something of the row out. */
      readonly isChanged: boolean;
    }
  | {
      readonly type: 'STATE';
      readonly state: JsonObject;
      /** As it came. */
      readonly text: string;
    }
  | { readonly type: 'LOG'; readonly level: string; readonly message: string }
  | { readonly type: 'SPEC'; readonly spec: JsonObject }
  | { readonly type: 'CONNECTION_STATUS'; readonly succeeded: boolean; readonly message: string }
  | { readonly type: 'CATALOG'; readonly streams: readonly JsonObject[] }
  | { readonly type: 'ERROR'; readonly error: ToldError }
  | { readonly type: 'STREAM_STATUS'; readonly stream: StreamName; readonly status: string }
  /** A configuration that takes the place of the one it was run with. */
  | { readonly type: 'CONTROL'; readonly configuration: JsonObject }
  /** Estimates, analytics, and what the protocol does not have. */
  | { readonly type: 'OTHER'; readonly name: string };

/** What a line is: a message, a row that cannot be read, a broken message, or a line to people. */
export type ParsedLine =
  | { readonly message: AirbyteMessage }
  | { readonly lostRow: string }
  | { readonly fault: string }
  | { readonly said: string };

/** A row that is no JSON, such as one with `NaN`, or one that another line ran into. */
const looksLikeRow = /"type"\s*:\s*"RECORD"/;

/** Reads one line. What is no message is one to people, as the protocol has it. */
export function parseLine(line: string): ParsedLine {
  let message: JsonValue;
  try {
    message = JSON.parse(line) as JsonValue;
  } catch (error) {
    const why = `is no JSON (${(error as Error).message.replace(/[,.]? ?"[\s\S]*$/, '')})`;
    return looksLikeRow.test(line) ? { lostRow: why } : { said: line };
  }
  if (!isObject(message) || typeof message.type !== 'string') return { said: line };
  return read(message.type, message, line);
}

function read(type: string, message: JsonObject, line: string): ParsedLine {
  switch (type) {
    case 'RECORD':
      return readRecord(message.record);
    case 'STATE': {
      const { state } = message;
      const text = isObject(state) ? memberText(line, 'state') : undefined;
      return isObject(state) && text !== undefined
        ? { message: { type, state, text } }
        : { fault: 'is a STATE without a state' };
    }
    case 'LOG': {
      const { level, message: text } = objectOr(message.log);
      return { message: { type, level: textOr(level, 'INFO'), message: textOr(text, '') } };
    }
    case 'SPEC':
      return isObject(message.spec)
        ? { message: { type, spec: message.spec } }
        : { fault: 'is a SPEC without a specification' };
    case 'CONNECTION_STATUS': {
      const { status, message: text } = objectOr(message.connectionStatus);
      return status === 'SUCCEEDED' || status === 'FAILED'
        ? { message: { type, succeeded: status === 'SUCCEEDED', message: textOr(text, '') } }
        : { fault: 'is a CONNECTION_STATUS that says neither SUCCEEDED nor FAILED' };
    }
    case 'CATALOG': {
      const { streams } = objectOr(message.catalog);
      const isSound = (stream: JsonValue) => isObject(stream) && streamName(stream) !== null;
      return Array.isArray(streams) && streams.every(isSound)
        ? { message: { type, streams: streams as readonly JsonObject[] } }
        : { fault: 'is a CATALOG without a list of named streams' };
    }
    case 'TRACE':
      return readTrace(objectOr(message.trace));
    case 'CONTROL': {
      const { config } = objectOr(objectOr(message.control).connectorConfig);
      return { message: isObject(config) ? { type, configuration: config } : { type: 'OTHER', name: type } };
    }
    default:
      return { message: { type: 'OTHER', name: type.slice(0, 40) } };
  }
}

function readRecord(record: JsonValue | undefined): ParsedLine {
  const stream = streamName(objectOr(record), 'stream');
  const { data, meta } = objectOr(record);
  if (stream === null) return { fault: 'is a RECORD that names no stream' };
  if (!isObject(data)) return { lostRow: 'is a RECORD whose data is no object' };
  const { changes } = objectOr(meta);
  const isChanged = Array.isArray(changes) && changes.length > 0;
  return { message: { type: 'RECORD', stream, data, isChanged } };
}

function readTrace(trace: JsonObject): ParsedLine {
  if (trace.type === 'ERROR') {
    const { message, internal_message, failure_type, stream_descriptor } = objectOr(trace.error);
    const words = textOr(message, '') || textOr(internal_message, '') || 'It did not say why.';
    const failure =
      failure_type === 'config_error'
        ? 'config'
        : failure_type === 'transient_error'
          ? 'transient'
          : 'system';
    const stream = streamName(objectOr(stream_descriptor));
    return { message: { type: 'ERROR', error: { message: words, failure, stream } } };
  }
  if (trace.type === 'STREAM_STATUS') {
    const { stream_descriptor, status } = objectOr(trace.stream_status);
    const stream = streamName(objectOr(stream_descriptor));
    if (stream !== null && typeof status === 'string')
      return { message: { type: 'STREAM_STATUS', stream, status } };
  }
  return { message: { type: 'OTHER', name: `TRACE ${textOr(trace.type, '')}`.slice(0, 40) } };
}

/** The name of a stream in an object that has it under `name`, unless told otherwise. */
export function streamName(value: JsonObject, field = 'name'): StreamName | null {
  const name = value[field];
  if (typeof name !== 'string' || name === '') return null;
  return { name, namespace: textOr(value.namespace, '') || null };
}

/** Whether a message is about that stream; one that names no namespace is about the one that was selected. */
export const isSame = (told: StreamName, ours: StreamName): boolean =>
  told.name === ours.name && (told.namespace === null || told.namespace === ours.namespace);

/** Whether a value is an object, and no list. */
export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The object, or an empty one. */
export const objectOr = (value: JsonValue | undefined): JsonObject => (isObject(value) ? value : {});

const textOr = (value: JsonValue | undefined, other: string): string =>
  typeof value === 'string' ? value : other;
