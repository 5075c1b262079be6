import { z } from 'zod';
import type { Incident } from '../../domain/alerts.ts';
import type { AlertDoc } from '../../stores/model.ts';
import type { Stores } from '../../stores/open.ts';
import type { ButtonValue } from './blocks.ts';

/** Starts again what failed. @returns what happened, in one sentence */
export type OnRetry = (retry: NonNullable<Incident['retry']>, by: string) => Promise<string>;

/** What a click is handled with. */
export interface InteractionPorts {
  readonly stores: Pick<Stores, 'alerts'>;
  readonly now: () => Date;
  /** Missing: nothing can be retried from here. */
  readonly onRetry?: OnRetry | undefined;
}

const click = z.object({
  type: z.literal('block_actions'),
  user: z.object({ id: z.string().min(1).max(100) }),
  response_url: z.url({ protocol: /^https?$/ }).optional(),
  actions: z
    .array(z.object({ action_id: z.string().max(255), value: z.string().max(2_000).optional() }))
    .min(1),
});
export type Click = z.infer<typeof click>;

const value = z.object({ incident: z.string(), number: z.int() });

/** The click in the body of a request (`payload=<JSON>`); null: it is something else. */
export function clickOf(body: Buffer): Click | null {
  const payload = new URLSearchParams(body.toString('utf8')).get('payload');
  return click.safeParse(jsonOf(payload ?? '')).data ?? null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** Does what a button says. A repeated click does nothing twice. @returns what to tell who clicked; null: nothing */
export async function handleClick(ports: InteractionPorts, { user, actions }: Click): Promise<string | null> {
  const [action] = actions;
  const named: ButtonValue | undefined = value.safeParse(jsonOf(action?.value ?? '')).data;
  const doc = named === undefined ? null : await ports.stores.alerts.get(named.incident);
  if (doc === null)
    return 'Nothing is known of it here: it is long over, or the watchdog told it and will say its end.';
  if (doc.number !== named?.number) return 'This alert is over: a later one is in the channel.';
  if (action?.action_id === 'acknowledge') return acknowledge(ports, doc, user.id);
  if (action?.action_id === 'retry') return retry(ports, doc, user.id);
  return null;
}

async function acknowledge({ stores }: InteractionPorts, doc: AlertDoc, user: string) {
  const after = await stores.alerts.acknowledge(doc._id, { kind: 'person', id: `slack/${user}` });
  if (after.status === 'resolved' && after.acknowledged === null) return 'It is resolved already.';
  // The thread says it.
  return null;
}

async function retry({ stores, now, onRetry }: InteractionPorts, doc: AlertDoc, user: string) {
  const helps = doc.command === null ? '' : ` What helps: ${doc.command}`;
  if (onRetry === undefined || doc.retry == null) return `It cannot be retried from here.${helps}`;
  let mine = false;
  const { _id } = doc;
  // One retry for each failure: who clicks again, or second, starts nothing.
  const after = await stores.alerts.change(_id, (known) => {
    mine = known.retried?.number !== known.number || known.retried.occurrences !== known.occurrences;
    return mine
      ? { retried: { by: user, at: now(), number: known.number, occurrences: known.occurrences } }
      : null;
  });
  if (!mine) return `<@${after.retried?.by ?? user}> has retried it already; wait for what comes of it.`;
  try {
    return await onRetry(doc.retry, `slack/${user}`);
  } catch (error) {
    await stores.alerts.change(_id, () => ({ retried: null }));
    return `It could not be retried: ${error instanceof Error ? error.message : String(error)}${helps}`;
  }
}
