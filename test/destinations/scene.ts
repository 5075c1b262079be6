import type {
  Delivery,
  DeliveryRow,
  DeliveryTarget,
  DestinationContext,
  DestinationDriver,
  RowOutcome,
  TargetField,
  WriteOptions,
} from '../../destinations/contract.ts';
import type { JsonObject } from '../../domain/json.ts';
import { localEgress } from '../support/egress.ts';

/** Configuration and secret as a person gives them. */
export interface GivenSettings {
  readonly configuration: unknown;
  readonly secret: unknown;
}

/** Settings with something wrong, and what must be said of it: all of it, at once. */
export interface Faulty extends GivenSettings {
  readonly says: readonly RegExp[];
}

/** One kind of destination with a place to deliver into, as the contract test needs it. */
export interface Scene {
  readonly driver: DestinationDriver;
  readonly settings: GivenSettings;
  readonly context: DestinationContext;
  /** A target that is ready and empty, another one with each call. `id` is the key field; `fields` come beside it. */
  target(fields: readonly TargetField[]): Promise<DeliveryTarget>;
  /** What the destination holds now, by key. Of a kind that is sent changes: what they lead to. */
  rows(target: DeliveryTarget): Promise<ReadonlyMap<string, JsonObject>>;
  /** Delivered fields as `rows` gives them back. @default the same */
  readonly shown?: (fields: JsonObject) => JsonObject;
  /** A target that rejects rows with the fields of `bad` (the key field is added); null: it rejects no row. */
  readonly rejecting: (() => Promise<Rejecting>) | null;
  /** Cuts the destination off; the function that is given connects it again. */
  sever(): Promise<() => Promise<void>>;
  /** Lets the destination be silent; the function that is given wakes it. null: it cannot be silent. */
  readonly stall: (() => Promise<() => Promise<void>>) | null;
  /** Refused by `parse`. */
  readonly unparsable: Faulty;
  /** Taken by `parse`, and found by `check`. */
  readonly wrong: readonly Faulty[];
  /** A target that `prepare` has something to make for, and what `plan` says of it; null: nothing is ever made. */
  readonly missing: (() => Promise<{ target: DeliveryTarget; creates: readonly RegExp[] }>) | null;
  close(): Promise<void>;
}

export interface Rejecting {
  readonly target: DeliveryTarget;
  readonly bad: JsonObject;
  /** What the outcome says of it. */
  readonly code: RegExp;
  readonly message: RegExp;
}

/** For kinds without a limit that is shared over processes: every turn comes at once. */
export const testContext: DestinationContext = {
  egress: localEgress,
  turn: async () => ({ lockOut: async () => undefined }),
  allow: { folders: [], executables: {} },
  now: () => new Date(),
};

export const put = (action: 'insert' | 'update', key: string, fields: JsonObject): DeliveryRow => ({
  key,
  action,
  fields: { id: key, ...fields },
});

export const remove = (key: string): DeliveryRow => ({ key, action: 'delete', fields: { id: key } });

let runs = 0;
const newRun = (target: DeliveryTarget): string => `${target.syncId}.${++runs}`;

/** Opens a delivery, of a run of its own unless one is named. */
export async function openDelivery(
  scene: Scene,
  target: DeliveryTarget,
  signal = AbortSignal.timeout(20_000),
  run = newRun(target),
): Promise<Delivery> {
  const parsed = scene.driver.parse(scene.settings.configuration, scene.settings.secret);
  return scene.driver.open({ ...parsed, context: scene.context, signal }, target, run);
}

/** Of a write, as a run gives them. */
export const optionsOf = (
  rows: readonly DeliveryRow[],
  idempotencyKey: string,
  signal: AbortSignal,
): WriteOptions => ({
  signal,
  idempotencyKey,
  chars: JSON.stringify(rows.map(({ fields }) => fields)).length,
});

/** Delivers each list by one write of one run, ends, and gives every outcome. */
export async function deliver(
  scene: Scene,
  target: DeliveryTarget,
  writes: readonly (readonly DeliveryRow[])[],
  run = newRun(target),
): Promise<RowOutcome[]> {
  const signal = AbortSignal.timeout(20_000);
  const delivery = await openDelivery(scene, target, signal, run);
  try {
    const outcomes: RowOutcome[] = [];
    for (const [index, rows] of writes.entries())
      outcomes.push(...(await delivery.write(rows, optionsOf(rows, `${run}/${index}`, signal))));
    outcomes.push(...(await delivery.finish({ signal })));
    return outcomes;
  } finally {
    await delivery.close();
  }
}
