import type { Actor } from '../../domain/contracts.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonValue } from '../../domain/json.ts';
import type { QuarantineLineDoc } from '../../stores/model.ts';
import type { ActivityPorts } from '../ports.ts';

/** What looking into quarantine needs. */
export type QuarantinePorts = Pick<ActivityPorts, 'stores' | 'secrets' | 'definition'> & {
  readonly now: () => Date;
  /** Days after which rows are discarded. */
  readonly days: number;
};

/** Which rows are meant: those named, those of a reason, or all; of a connection always of one resource. */
export interface QuarantineSelection {
  readonly resource?: string | undefined;
  readonly reason?: string | undefined;
  readonly ids?: readonly string[] | undefined;
}

/** One row in quarantine, of a session or of a sync. */
export interface QuarantinedRow {
  readonly id: string;
  readonly resource: string;
  readonly reason: string;
  readonly message: string;
  readonly key: string | null;
  /** Session, batch and index of the row in it; null in a sync. */
  readonly place: { readonly sessionId: string; readonly batch: number; readonly index: number } | null;
  /** Run that put it there; null in a session. */
  readonly runId: string | null;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  /** How often it was tried. */
  readonly attempts: number;
  /** Null: not while its connection does not run. */
  readonly expiresAt: Date | null;
}

export interface QuarantineCount {
  readonly resource: string;
  readonly reason: string;
  readonly rows: number;
}

export const previewOutcomes = ['inserted', 'updated', 'unchanged', 'deleted', 'older', 'refused'] as const;

/** What a replay would make of a row. `older`: what is there is of a later version, or came after it. */
export type PreviewOutcome = (typeof previewOutcomes)[number];

export interface PreviewedRow {
  readonly id: string;
  readonly key: string | null;
  readonly outcome: PreviewOutcome;
  /** Why it would be refused again; null: it would not. */
  readonly reason: string | null;
  readonly message: string | null;
}

/** What a replay would do now; nothing is written. */
export interface ReplayPreview {
  readonly rows: number;
  readonly counts: Readonly<Record<PreviewOutcome, number>>;
  /** The first hundred. */
  readonly first: readonly PreviewedRow[];
}

export const previewedRows = 100;

/** Who, why. */
export interface DiscardRequest {
  readonly by: Actor;
  readonly why: string;
  readonly action?: 'discarded' | 'expired';
  /** Only rows that are there since before. */
  readonly before?: Date;
}

/** The quarantine of a connection or of a sync, in one form. */
export interface QuarantineRoom {
  readonly counts: () => Promise<readonly QuarantineCount[]>;
  readonly page: (of: {
    readonly resource?: string | undefined;
    readonly reason?: string | undefined;
    readonly after?: string | undefined;
    readonly limit: number;
  }) => Promise<readonly QuarantinedRow[]>;
  /** With the payload, redacted. @throws {TributaryError} NOT_FOUND */
  readonly row: (id: string) => Promise<QuarantinedRow & { readonly payload: JsonValue }>;
  readonly lines: (limit: number) => Promise<readonly QuarantineLineDoc[]>;
  /** @throws {TributaryError} NOT_FOUND when no such row is there; INVALID_INPUT */
  readonly check: (of: QuarantineSelection) => Promise<void>;
  readonly preview: (of: QuarantineSelection) => Promise<ReplayPreview>;
  /** @returns how many rows went */
  readonly discard: (of: QuarantineSelection, request: DiscardRequest) => Promise<number>;
}

/** No row is meant by what was asked for; says which reasons there are. */
export function noRows(
  of: QuarantineSelection,
  counts: readonly QuarantineCount[],
  where: string,
): TributaryError {
  const there = counts.map(({ resource, reason, rows }) => `${rows} ${resource} ${reason}`);
  const asked = [of.resource, of.reason, of.ids?.join(', ')].filter((part) => part !== undefined).join(' ');
  const text = there.length === 0 ? 'It is empty.' : `There are: ${there.join(', ')}.`;
  const what = asked === '' ? 'No row' : `No such row (${asked})`;
  return new TributaryError('NOT_FOUND', `${what} is in the quarantine of ${where}. ${text}`);
}

/** Counts of a preview, all of them. */
export const noCounts = (): Record<PreviewOutcome, number> =>
  Object.fromEntries(previewOutcomes.map((name) => [name, 0])) as Record<PreviewOutcome, number>;
