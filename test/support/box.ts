import { once } from 'node:events';
import { Context } from '@temporalio/activity';
import type {
  DeliveryRow,
  DestinationDriver,
  DestinationLimits,
  RowOutcome,
} from '../../destinations/contract.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/json.ts';

/** A destination in memory that can be disturbed. */
export interface Box {
  readonly driver: DestinationDriver;
  /** What it holds, by key. */
  readonly rows: Map<string, JsonObject>;
  /** Every call of `write`: its keys with their actions. */
  readonly calls: string[][];
  /** Keys that it refuses, with its words. */
  readonly refuses: Map<string, string>;
  /** Keys of which it tells the outcome by another name. */
  readonly misnamed: Set<string>;
  /** Thrown by the next calls, one each. */
  readonly failures: ConstructorParameters<typeof TributaryError>[0][];
  /** Asked before each call is answered. */
  onWrite: ((call: number) => Promise<void> | void) | null;
  limits: DestinationLimits;
  callsAtOnce: number;
}

/** Until the run that is writing was told to stop: for `onWrite`. */
export async function untilStopped(): Promise<void> {
  const { cancellationSignal } = Context.current();
  if (!cancellationSignal.aborted) await once(cancellationSignal, 'abort');
}

/** Holds up whoever waits for `opened` until it is opened: for `onWrite`. */
export function createGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

/** @param kind under which the driver is put into the world */
export function createBox(limits: Partial<DestinationLimits> = {}): Box {
  const rows = new Map<string, JsonObject>();
  const calls: string[][] = [];
  const refuses = new Map<string, string>();
  const misnamed = new Set<string>();
  const failures: Box['failures'] = [];

  function take(row: DeliveryRow): RowOutcome {
    const message = refuses.get(row.key);
    const requestId = `request-${calls.length}`;
    if (message !== undefined) return { key: row.key, outcome: 'rejected', code: 'NO', message, requestId };
    if (row.action === 'delete') rows.delete(row.key);
    else rows.set(row.key, row.fields);
    const key = misnamed.has(row.key) ? `not ${row.key}` : row.key;
    return { key, outcome: 'delivered', requestId };
  }

  const box: Box = {
    rows,
    calls,
    refuses,
    misnamed,
    failures,
    onWrite: null,
    limits: {
      rowsPerWrite: 10,
      requestsPerSecond: null,
      rowsPerRequest: 10,
      rowBytes: null,
      deletes: true,
      ...limits,
    },
    callsAtOnce: 1,
    driver: {
      get description() {
        return {
          kind: 'http' as const,
          name: 'Box',
          limits: box.limits,
          configuration: {},
          secret: null,
          object: 'path',
        };
      },
      parse: (configuration, secret) => ({ configuration, secret }),
      check: async () => ({ ok: true, problems: [], notes: [] }),
      plan: async () => ({ creates: [], problems: [] }),
      prepare: async () => undefined,
      open: async () => ({
        callsAtOnce: box.callsAtOnce,
        write: async (given) => {
          const call = calls.push(given.map(({ key, action }) => `${action} ${key}`));
          await box.onWrite?.(call);
          const failure = failures.shift();
          if (failure !== undefined) throw new TributaryError(failure);
          return given.map(take);
        },
        finish: async () => [],
        close: async () => undefined,
      }),
    },
  };
  return box;
}
