import type { JsonObject, JsonValue } from '../../domain/json.ts';
import { isObject, isSame, objectOr, type StreamName, streamName } from './messages.ts';
import { memberText } from './raw.ts';

/** Which rows a state speaks of: those of one stream, or of all. */
type StateKind = 'STREAM' | 'GLOBAL' | 'LEGACY';

function kindOf({ type, stream, global, data }: JsonObject): StateKind | null {
  if (type === 'STREAM' || type === 'GLOBAL' || type === 'LEGACY') return type;
  // Before the protocol had kinds, there was `data` only.
  if (type !== undefined && type !== null) return null;
  return isObject(stream) ? 'STREAM' : isObject(global) ? 'GLOBAL' : isObject(data) ? 'LEGACY' : null;
}

/** Whether a state speaks of that stream. One of all streams does. */
export function speaksOf(state: JsonObject, ours: StreamName): boolean {
  const kind = kindOf(state);
  if (kind !== 'STREAM') return kind !== null;
  const told = streamName(objectOr(objectOr(state.stream).stream_descriptor));
  return told !== null && isSame(told, ours);
}

/** Names by which the protocol's own libraries say that a read of all rows is over: no place to go on from later. */
const endMarks = ['__ab_full_refresh_sync_complete', '__ab_no_cursor_state_message'];

/** Whether a read can go on from a state: something is in it. */
export function isPlace(state: JsonObject): boolean {
  switch (kindOf(state)) {
    case 'STREAM':
      return hasValue(objectOr(state.stream).stream_state);
    case 'GLOBAL': {
      const { shared_state, stream_states } = objectOr(state.global);
      const states = Array.isArray(stream_states) ? (stream_states as readonly JsonValue[]) : [];
      return hasValue(shared_state) || states.some((one) => hasValue(objectOr(one).stream_state));
    }
    case 'LEGACY':
      return hasValue(state.data);
    case null:
      return false;
  }
}

/** Whether a state says that all rows were given, and names no place from which a later read would give new ones. */
export function isEndMark(state: JsonObject): boolean {
  const names = Object.keys(objectOr(objectOr(state.stream).stream_state));
  return names.length > 0 && names.every((name) => endMarks.includes(name));
}

/** How many rows the source says it gave since the state before; null where it does not say it. */
export function rowsTold({ sourceStats }: JsonObject): number | null {
  const { recordCount } = objectOr(sourceStats);
  return typeof recordCount === 'number' && Number.isFinite(recordCount) ? recordCount : null;
}

/** Whether a text is a state of such a source, and nothing else. */
export function isStateText(text: string): boolean {
  const state = parsed(text);
  return state !== undefined && isPlace(state);
}

/** The state file from which a source goes on at a state: the state as it came, in a list; of an old one its data. */
export function stateFile(text: string): string {
  const data = kindOf(parsed(text) ?? {}) === 'LEGACY' ? memberText(text, 'data') : undefined;
  return data ?? `[${text}]`;
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether anything stands in it but empty objects, lists and nulls. */
const hasValue = (value: JsonValue | undefined): boolean =>
  Array.isArray(value)
    ? (value as readonly JsonValue[]).some(hasValue)
    : isObject(value)
      ? Object.values(value).some(hasValue)
      : value !== undefined && value !== null;
