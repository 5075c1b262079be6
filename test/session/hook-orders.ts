import assert from 'node:assert/strict';
import { sessionWorkflowId } from '../../domain/contracts.ts';
import type { ConnectionDoc, SessionDoc } from '../../stores/model.ts';
import type { Aggregator, Hook } from '../support/aggregator.ts';
import { until } from '../support/until.ts';
import { tester, type World } from '../support/world.ts';

/**
 * What happens to hooks and to the session that wants them. `stored` and `told` are of a hook by its number; with
 * `claimed` the session waits and has looked into the inbox; with `timedOut` its wait is over.
 */
export type Step =
  | { readonly kind: 'stored' | 'told'; readonly hook: number }
  | { readonly kind: 'claimed' | 'timedOut' };

export type Order = readonly Step[];

/** Every order of the steps in which a hook is stored before it is told, and the session waits before it gives up. */
export function everyOrder(hooks: number): Order[] {
  const numbers = Array.from({ length: hooks }, (_, hook) => hook);
  const all: Step[] = [
    ...numbers.flatMap((hook): Step[] => [
      { kind: 'stored', hook },
      { kind: 'told', hook },
    ]),
    { kind: 'claimed' },
    { kind: 'timedOut' },
  ];
  const after = (step: Step): Step | undefined => {
    if (step.kind === 'timedOut') return all.find(({ kind }) => kind === 'claimed');
    if (step.kind !== 'told') return undefined;
    return all.find((one) => one.kind === 'stored' && one.hook === step.hook);
  };
  const orders = (left: readonly Step[], done: Order): Order[] =>
    left.length === 0
      ? [done]
      : left
          .filter((step) => {
            const before = after(step);
            return before === undefined || done.includes(before);
          })
          .flatMap((step) =>
            orders(
              left.filter((one) => one !== step),
              [...done, step],
            ),
          );
  return orders(all, []);
}

export const nameOf = (order: Order): string =>
  order.map((step) => ('hook' in step ? `${step.kind} ${step.hook + 1}` : step.kind)).join(', ');

/**
 * Whether the wait ends before every hook was taken: then it must be short, else it must not end. The session takes
 * what is stored when it begins to wait, and whenever it is told after that.
 */
export function timesOut(order: Order): boolean {
  let waiting = false;
  const stored = new Set<number>();
  const taken = new Set<number>();
  for (const step of order) {
    if (step.kind === 'timedOut') break;
    if (step.kind === 'stored') stored.add(step.hook);
    else waiting = true;
    if (step.kind !== 'stored') for (const hook of stored) taken.add(hook);
  }
  const hooks = order.filter(({ kind }) => kind === 'stored').length;
  return waiting && taken.size < hooks;
}

/** One connection whose session lives through one order. */
export interface Player {
  readonly order: Order;
  readonly connection: ConnectionDoc;
  readonly aggregator: Aggregator;
  readonly hooks: readonly Hook[];
}

/** Does what there is to do for a step. */
export async function begin(
  world: World,
  { order, connection, aggregator, hooks }: Player,
  step: Step,
  webhookWaitMs: number,
): Promise<void> {
  const port = world.sessions({ webhookWaitMs: timesOut(order) ? webhookWaitMs : 600_000 });
  if (step.kind === 'stored') {
    const answer = await aggregator.send(hooks[step.hook] as Hook);
    assert.equal(answer.status, 200);
  } else if (step.kind === 'told') await port.tell(connection);
  else if (step.kind === 'claimed') {
    // A hook that was told before has begun the session.
    const told = order.slice(0, order.indexOf(step)).some(({ kind }) => kind === 'told');
    if (!told) await port.startSession(connection, { kind: 'load', by: tester });
  }
}

/** Waits until a step has happened. */
export async function happened(world: World, { order, connection }: Player, step: Step): Promise<void> {
  if (step.kind === 'claimed') await sleepsOrGoesOn(world, connection._id);
  if (step.kind === 'timedOut' && timesOut(order)) await world.reaches(connection._id, 23);
}

/** Until the session has looked into the inbox: it sleeps in 25 with its timer, or it has gone on. */
const sleepsOrGoesOn = (world: World, connectionId: string): Promise<void> =>
  until(`${connectionId} has looked into the inbox`, async () => {
    const session = await world.latest(connectionId).catch(() => null);
    if (session === null || session.status === null) return { seen: 'no session' };
    if (session.status !== 25) return { found: undefined };
    const handle = world.client.workflow.getHandle(sessionWorkflowId(connectionId));
    const { events } = await handle.fetchHistory();
    const sleeps = events?.some((event) => event.timerStartedEventAttributes) === true;
    return sleeps ? { found: undefined } : { seen: '25, not asleep yet' };
  });

/** The state in which every order must end. */
export async function endOf(world: World, { connection, hooks }: Player): Promise<SessionDoc> {
  const { _id } = connection;
  const look = async () => {
    const latest = await world.latest(_id);
    if (latest.status === 19 && latest.closedAt !== null) return { found: latest };
    return { seen: `${latest._id} in ${latest.status} ${latest.reason}` };
  };
  // The first of many that is looked at waits for them all.
  const session = await until(`${_id} in 19`, look, 90_000);
  await world.closes(_id);
  const left = await world.stores.inbox.unclaimed(_id, ['webhook', 'revoked']);
  assert.equal(left, 0, 'nothing is left in the inbox');
  for (const { id } of hooks) {
    const entry = await world.stores.inbox.get(`webhook/${_id}/${id}`);
    assert.equal(entry?.claimedBy, session._id, 'one session took every hook');
  }
  assert.equal((await world.latest(_id)).number, 1, 'and it is the only one');
  return session;
}
