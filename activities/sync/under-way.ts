import type { RowOutcome } from '../../destinations/contract.ts';

type Call = Promise<readonly RowOutcome[]>;

/**
 * Calls of a destination that have not ended yet, the oldest first.
 * @param confirm is told what each of them brings
 * @param atOnce So many may be under way at once
 */
export function createCalls(confirm: (outcomes: readonly RowOutcome[]) => void, atOnce: number) {
  const underWay: Call[] = [];
  async function atMost(many: number): Promise<void> {
    while (underWay.length > many) confirm((await underWay.shift()) ?? []);
  }
  return {
    add(call: Call): void {
      // Whoever waits for it hears of a failure.
      call.catch(() => undefined);
      underWay.push(call);
    },
    /** Waits until another one may begin. @throws what one of them throws; the younger ones are under way still */
    room: (): Promise<void> => atMost(atOnce - 1),
    /** Waits for all. @throws like `room` */
    all: (): Promise<void> => atMost(0),
    /** After a failure: waits for the others, and keeps what they bring. A second failure adds nothing to the first. */
    async rest(): Promise<void> {
      for (const call of underWay.splice(0)) await call.then(confirm).catch(() => undefined);
    },
  };
}
