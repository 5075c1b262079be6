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
  /** A range of dates: rows after it are not wanted. */
  readonly until?: string;
  /** Goes on after an interruption: the `next` of the last page that was stored. */
  readonly from?: PageToken;
  readonly signal: AbortSignal;
  /** Called before a wait that the app asked for (rate limit), so that it counts as life, not as a stall. */
  readonly onWait?: (waitMs: number) => void;
  /** Told of every request and its answer, redacted. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** One request and its answer, safe to show: no credentials, no personal data beyond what an error says. */
export interface Exchange {
  readonly at: Date;
  readonly method: string;
  /** Secrets in the query are replaced. */
  readonly url: string;
  /** Null: no answer came. */
  readonly status: number | null;
  readonly durationMs: number;
  readonly bytes: number | null;
  /** Those that help to understand: content type, rate limits, request id. */
  readonly headers: Readonly<Record<string, string>>;
  /** Rows in the answer; null when it could not be read. */
  readonly rows: number | null;
  /** Where the page starts; rows of a batch are found by it. */
  readonly page: PageToken | null;
  /** Beginning of an answer that was refused or could not be read. */
  readonly excerpt: string | null;
  /** What went wrong: a code of the error table. */
  readonly error: string | null;
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
