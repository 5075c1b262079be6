import type { JsonValue } from '../domain/json.ts';

/** Where a read goes on: whatever the source needs to ask for its next page. Opaque outside the source. */
export type PageToken = JsonValue;

/** One page as the app gave it. */
export interface SourcePage {
  /** Rows as they came; what is in them is judged when they are structured. */
  readonly rows: readonly JsonValue[];
  /** Where the next page starts; null after the last one. */
  readonly next: PageToken | null;
  /** How many rows the whole read will give, where the app says so. */
  readonly total?: number;
}

export interface ReadRequest {
  readonly resource: string;
  /** Incremental reads: the cursor value that was committed last; rows at or after it are wanted. */
  readonly since?: string;
  /** Goes on after an interruption: the `next` of the last page that was stored. */
  readonly from?: PageToken;
  readonly signal: AbortSignal;
  /** Called before a wait that the app asked for (rate limit), so that it counts as life, not as a stall. */
  readonly onWait?: (waitMs: number) => void;
}

/** What an activity knows of an app: how to read it. Made by a source kind (rest, file, singer, airbyte). */
export interface Source {
  /**
   * Reads pages in order until the last.
   * @throws TributaryError SOURCE_* or GRANT_REVOKED; SOURCE_RATE_LIMITED carries `retryAfterMs` when it is over 30 s.
   */
  readonly read: (request: ReadRequest) => AsyncIterable<SourcePage>;
}

/** Gives the value of the Authorization header; `refresh` is asked once after the app answered 401. */
export interface Credentials {
  readonly authorization: (options?: { readonly refresh?: boolean }) => Promise<string | undefined>;
}
