import type { JsonObject, JsonValue } from '../domain/json.ts';

/** Where a read goes on: whatever the source needs to ask for its next page. Opaque outside the source. */
export type PageToken = JsonValue;

/** One page as the app gave it. */
export interface SourcePage {
  /**
   * Rows as they came; what is in them is judged when they are structured. One that could not be read is an
   * `unreadableRow`.
   */
  readonly rows: readonly JsonValue[];
  /** Where the next page starts; null after the last one. */
  readonly next: PageToken | null;
  /** How many rows the whole read will give, where the app says so. */
  readonly total?: number;
  /**
   * Opaque text: the place up to which everything was given once this page is stored. The last one wins: it becomes the
   * committed cursor of the resource when the session is Synced, and comes back as `ReadRequest.since`. A page without
   * one leaves the former. Only of a resource with `incremental.bookmark`.
   */
  readonly bookmark?: string;
  /** On the last page: the read gave every row that there is, so that objects it did not give are removed. */
  readonly replaces?: true;
  /** Files that are read once more from a line on: what could not be read there before is told anew, or is mended. */
  readonly again?: readonly ReadAgain[];
}

/** A file that is read once more. Its unreadable rows have the place `<file> line <number>`. */
export interface ReadAgain {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** Index of the first row of it in the page. */
  readonly row: number;
}

export interface ReadRequest {
  readonly resource: string;
  /**
   * Incremental reads: the cursor value that was committed last; rows at or after it are wanted. Of a source that keeps
   * its own place the bookmark that was committed last.
   */
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

/** One dated report of an app. */
export interface ReportRequest {
  /** Its id in the definition. */
  readonly report: string;
  /** YYYY-MM-DD */
  readonly date: string;
  /** An IANA name or an offset from GMT (`-7`): where the day begins and ends, for an app that is asked for times. */
  readonly timeZone: string;
  readonly signal: AbortSignal;
  /** Called before a wait that the app asked for (rate limit). */
  readonly onWait?: (waitMs: number) => void;
  /** Told of every request and its answer, redacted. */
  readonly onExchange?: (exchange: Exchange) => void;
}

/** A report that was requested, and that the app makes in its own time. */
export interface RequestedReport extends Omit<ReportRequest, 'date' | 'timeZone'> {
  /** What `requestReport` gave. */
  readonly reportId: string;
}

/** How far the app is with a report that was requested. */
export type ReportState =
  | {
      readonly state: 'pending';
      /** When to ask again, where the app says it: 500 to 3,600,000. */
      readonly retryAfterMs?: number;
    }
  /** It can be fetched by `downloadReport`. */
  | { readonly state: 'done' }
  /** It never will be there; `said` is the app's own words, or its word for the state. */
  | { readonly state: 'failed'; readonly said: string };

/**
 * What an activity knows of the dated reports of an app. No rows are no error here. Everything throws TributaryError
 * SOURCE_* or GRANT_REVOKED as loading does; SOURCE_RESOURCE_NOT_FOUND for a report that the definition does not have;
 * INVALID_INPUT for what is no date or no time zone, and for a report of the other flavour.
 */
export interface ReportSource {
  /** Whether the app makes it in its own time: it is requested then, asked for, and fetched. */
  readonly isAsynchronous: (report: string) => boolean;
  /** Reads the pages of a report that is there at once, in order until the last. */
  readonly report: (request: ReportRequest) => AsyncIterable<SourcePage>;
  /** Requests a report, at the app once more each time. @returns its id at the app */
  readonly requestReport: (request: ReportRequest) => Promise<string>;
  /** Asks how far it is. @throws TributaryError SOURCE_REPORT_GONE when the app does not know it (404, 410) */
  readonly reportState: (request: RequestedReport) => Promise<ReportState>;
  /**
   * Fetches a report that is done; may be repeated. The address of the file is asked for anew, so that nobody keeps it.
   * @throws TributaryError SOURCE_REPORT_GONE, SOURCE_REPORT_FAILED, ADDRESS_REFUSED, or SOURCE_BAD_ANSWER when it is not
   * done any more.
   */
  readonly downloadReport: (request: RequestedReport) => AsyncIterable<SourcePage>;
}

/**
 * Gives the value of the Authorization header; `refresh` is asked once after the app answered 401. Of a connection with
 * a configuration its JSON text.
 */
export interface Credentials {
  readonly authorization: (options?: { readonly refresh?: boolean }) => Promise<string | undefined>;
  /**
   * Stores a configuration that the source itself put in the place of the one it was given (rotated tokens). Missing: it
   * cannot be stored.
   */
  readonly keep?: (configuration: JsonObject) => Promise<void>;
}
