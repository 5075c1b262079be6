import type { DestinationKind, FieldType } from '../domain/delivery.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SyncRecordAction } from '../domain/sync-record.ts';
import type { Egress } from '../platform/egress.ts';

/** A field as it is delivered. */
export interface TargetField {
  readonly name: string;
  readonly type: FieldType;
}

/** Where and what a sync delivers: one sync, one target. */
export interface DeliveryTarget {
  readonly syncId: string;
  /** Collection, table, address path, file name, or stream: what the kind calls it. */
  readonly object: string;
  /** Field by which the destination knows a row; it is among `fields`. */
  readonly keyField: string;
  readonly fields: readonly TargetField[];
}

/** One staged row. `fields` holds the key field too, for `delete` it holds nothing else. */
export interface DeliveryRow {
  readonly key: string;
  readonly action: SyncRecordAction;
  readonly fields: JsonObject;
}

/** What became of one row, in the destination's own words. */
export type RowOutcome =
  | {
      readonly key: string;
      readonly outcome: 'delivered';
      /** Of the request that carried it; null where there is none. */
      readonly requestId: string | null;
    }
  | {
      readonly key: string;
      readonly outcome: 'rejected';
      /** Of the destination, such as `INVALID_VALUE_FOR_COLUMN`, 11000 or an HTTP status. */
      readonly code: string;
      /** The destination's own words, at most 1 KB. */
      readonly message: string;
      readonly requestId: string | null;
    };

/** What a destination can do, and how fast it may be asked. */
export interface DestinationLimits {
  /** Rows of one call of `write`. */
  readonly rowsPerWrite: number;
  /** Requests a second over all processes together; null: none is known. */
  readonly requestsPerSecond: number | null;
  /** Rows of one request: what a budget is computed from. */
  readonly rowsPerRequest: number;
  /** A larger row is refused before it is sent, as JSON; null: none is known. */
  readonly rowBytes: number | null;
  /** Whether rows can be deleted. */
  readonly deletes: boolean;
}

/** What a person is told of a kind of destination, and what its configuration needs. */
export interface DestinationDescription {
  readonly kind: DestinationKind;
  readonly name: string;
  readonly limits: DestinationLimits;
  /** JSON Schema of the configuration without secrets, and of the secret; `secret: null` needs none. */
  readonly configuration: JsonObject;
  readonly secret: JsonObject | null;
  /** What `DeliveryTarget.object` is: `collection`, `table`, `path`, `file`, `stream`. */
  readonly object: string;
}

/** The answer of a check: everything that is wrong at once, each with what to do. */
export interface DestinationCheck {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** Sentences about what was found, such as the version of the server. */
  readonly notes: readonly string[];
}

/** What delivering to a target would need before the first row. */
export interface DestinationPlan {
  /** Sentences: tables and fields that would be made by `prepare`. */
  readonly creates: readonly string[];
  /** What stands against it, each with what to do: a missing field that cannot be made, a type that does not fit. */
  readonly problems: readonly string[];
  /** Sentences about what was found that does not stand against it, such as keys that are there twice. */
  readonly notes?: readonly string[];
}

/** A run's connection to its target. */
export interface Delivery {
  /** Calls of `write` that may be under way at once; no two of them have a key in common. @default 1 */
  readonly callsAtOnce?: number;
  /**
   * Delivers rows; every key at most once in one call.
   * @returns outcomes that are certain now, of these rows or of earlier calls; the rest comes by `finish`
   * @throws {TributaryError} when no row of the call has an outcome that could be known: DESTINATION_UNREACHABLE,
   * DESTINATION_RATE_LIMITED (details `retryAfterMs`), DESTINATION_QUOTA (pause the run); DESTINATION_REFUSED
   * (credentials), DESTINATION_GONE (object or field is missing), DESTINATION_BAD_ANSWER (fail it).
   * Rows without an outcome may have arrived: they are sent again, which does no harm.
   */
  write(rows: readonly DeliveryRow[], options: WriteOptions): Promise<readonly RowOutcome[]>;
  /** Confirms what was written and not yet confirmed. Throws like `write`. */
  finish(options: Pick<WriteOptions, 'signal'>): Promise<readonly RowOutcome[]>;
  /** Frees what is held; what was not confirmed is as if never sent. May be called at any time, and twice. */
  close(): Promise<void>;
}

export interface WriteOptions {
  readonly signal: AbortSignal;
  /** The same for the same rows of the same run, whatever process sends them. */
  readonly idempotencyKey: string;
  /** Characters of the rows as JSON, where they are known. */
  readonly chars?: number;
}

/** What a destination works with. */
export interface DestinationContext {
  /** Asks every address that a user can set. */
  readonly egress: Egress;
  /** Waits for the destination's turn over all processes together; see stores/limiter.ts. */
  readonly turn: TakeTurn;
  /** Folder under which files may be written; executables that may be run by name. */
  readonly allow: DestinationAllowance;
  readonly now: () => Date;
}

/**
 * Takes the next turn of a shared limit and waits for it.
 * @param name of the limit, such as `airtable/<base>`
 */
export type TakeTurn = (
  name: string,
  perSecond: number,
  signal: AbortSignal,
) => Promise<{
  /** Nobody gets a turn of this name before so many milliseconds have passed: a lock-out was told. */
  lockOut(ms: number): Promise<void>;
  /** The request was answered, or failed. Without a word of it the turns after it come a little later. */
  ended?(): void;
}>;

export interface DestinationAllowance {
  /** Folders in which files may be written; none: no file destination. */
  readonly folders: readonly string[];
  /** Singer targets by name: the executable's path and its fixed arguments; none: no Singer target. */
  readonly executables: Readonly<Record<string, readonly string[]>>;
}

/** A kind of destination. `configuration` and `secret` were checked by `parse`. */
export interface DestinationDriver<Configuration = unknown, Secret = unknown> {
  readonly description: DestinationDescription;
  /** @throws {TributaryError} INVALID_INPUT naming every fault of configuration and secret */
  parse(configuration: unknown, secret: unknown): { configuration: Configuration; secret: Secret };
  /** Whether it can be reached and may be written to; nothing is written. */
  check(settings: OpenDestination<Configuration, Secret>): Promise<DestinationCheck>;
  /** What is missing for a target; nothing is written. */
  plan(settings: OpenDestination<Configuration, Secret>, target: DeliveryTarget): Promise<DestinationPlan>;
  /** Makes what `plan` says it can. @throws {TributaryError} DESTINATION_REFUSED, DESTINATION_UNREACHABLE */
  prepare(settings: OpenDestination<Configuration, Secret>, target: DeliveryTarget): Promise<void>;
  /**
   * @param run public id of the sync run, `<syncId>.<number>`: a file may be named by it
   * @throws {TributaryError} like `Delivery.write`
   */
  open(
    settings: OpenDestination<Configuration, Secret>,
    target: DeliveryTarget,
    run: string,
  ): Promise<Delivery>;
}

export interface OpenDestination<Configuration, Secret> {
  readonly configuration: Configuration;
  readonly secret: Secret;
  readonly context: DestinationContext;
  readonly signal: AbortSignal;
}
