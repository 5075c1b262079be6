import type { JsonObject, JsonValue } from '../domain/json.ts';

const marker = '$unreadable';
/** Characters of what stood there that are kept. */
const keptChars = 64 * 1024;

/** What stands in the place of a row that the source could not read: where it stands, why, and its beginning. */
export interface UnreadableRow extends JsonObject {
  readonly $unreadable: true;
  /** For people, such as `orders.csv line 17`. */
  readonly place: string;
  readonly why: string;
  /** The first 65,536 characters as they stood there. */
  readonly text: string;
}

/** What a source says of a row. */
export interface UnreadableInput {
  readonly place: string;
  readonly why: string;
  readonly text: string;
}

/**
 * A row that could not be read, for `SourcePage.rows`: it goes to quarantine as ROW_UNREADABLE, the others are stored.
 * @param input `why` is half a sentence in plain words ("7 fields, the header has 6"); a longer `text` is cut.
 */
export const unreadableRow = ({ place, why, text }: UnreadableInput): UnreadableRow => ({
  [marker]: true,
  place,
  why,
  text: text.length > keptChars ? text.slice(0, keptChars) : text,
});

/** Whether a row stands for one that could not be read. */
export const isUnreadable = (row: JsonValue): row is UnreadableRow =>
  typeof row === 'object' &&
  row !== null &&
  !Array.isArray(row) &&
  (row as JsonObject)[marker] === true &&
  typeof (row as JsonObject).place === 'string' &&
  typeof (row as JsonObject).why === 'string' &&
  typeof (row as JsonObject).text === 'string';
