import type { FileHandle } from 'node:fs/promises';
import type { Bookmark } from './bookmark.ts';

/** A file that fits a pattern. */
export interface Found {
  /** Relative to the place, with slashes. */
  readonly name: string;
  /** Of the version that is there. */
  readonly stamp: string;
}

/** A file that is open; it stays the same one when another takes its name. */
export interface OpenFile {
  readonly handle: FileHandle;
  readonly stamp: string;
  /** When it was opened: what is written after that is left for the next time. */
  readonly bytes: number;
}

/** A folder or an address that files are read from. */
export interface Place {
  /**
   * The files that fit, by name.
   * @param known What was given already: it is not fetched again where the place can tell.
   * @throws TributaryError SOURCE_FILE_REFUSED when there are too many, SOURCE_FOLDER_REFUSED, SOURCE_UNREACHABLE
   */
  readonly find: (pattern: string, known: Bookmark) => Promise<readonly Found[]>;
  /** Opens one; null when it is gone. The caller closes it. */
  readonly open: (name: string) => Promise<OpenFile | null>;
  /** The stamp of what has that name now; null when it is gone. */
  readonly stampOf: (name: string) => Promise<string | null>;
  /** Lets go of what was fetched. */
  readonly close: () => Promise<void>;
}
