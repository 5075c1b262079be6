import type { JsonValue } from '../../domain/json.ts';
import { isObject } from './messages.ts';

/**
 * The text of a state from which the stream can be read on; null for one that is no such place: nothing is in it, or
 * the tap itself calls it a progress that cannot be resumed (`progress_markers`).
 * @param names What the stream is called in states.
 */
export function bookmarkOf(state: JsonValue, names: readonly string[]): string | null {
  if (!isObject(state) || !hasValue(state)) return null;
  const { bookmarks } = state;
  const all = isObject(bookmarks) ? bookmarks : state;
  const ours = names.map((name) => all[name]).find((value) => value !== undefined);
  // What is said of no stream by name is said of all of them.
  if (isObject(bookmarks) && !hasValue(ours)) return null;
  if (hasMarkers(ours) || state.progress_markers !== undefined) return null;
  return JSON.stringify(state);
}

/** Whether a tap was told in a state where to go on: the text of a bookmark, and nothing else. */
export function isState(text: string): boolean {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
}

const partsOf = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value : isObject(value) ? Object.values(value) : [];

/** Whether anything stands in it but empty objects, lists and nulls. */
const hasValue = (value: JsonValue | undefined): boolean =>
  typeof value === 'object' ? partsOf(value).some(hasValue) : value !== undefined;

const hasMarkers = (value: JsonValue | undefined): boolean =>
  (isObject(value) && value.progress_markers !== undefined) || partsOf(value).some(hasMarkers);
