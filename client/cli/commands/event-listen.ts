import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { TributaryError } from '../../../domain/errors.ts';
import { type OutboundPayload, testEvent } from '../../../domain/outbound.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { startListener } from '../listen.ts';
import { withFaultList } from './deliver-input.ts';
import { type FilterOptions, filterOf } from './event-filter.ts';

const lookEveryMs = 2_000;

type Api = Pick<TributaryClient, 'getSubscription' | 'subscribe' | 'testSubscription' | 'unsubscribe'>;

/** Prints events until somebody stops it, then removes the subscription. */
export async function listen(
  options: FilterOptions & { readonly port?: string; readonly host?: string },
  command: Command,
): Promise<void> {
  const context = contextOf(command);
  const filter = filterOf(options);
  const port = options.port === undefined ? 0 : Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new UsageError(`"${options.port}" is no port.`);
  const api: Api = await context.api();
  const listener = await startListener(
    { port, host: options.host ?? '127.0.0.1' },
    (event) => console.log(context.json ? JSON.stringify(event) : lineOf(event)),
    (why) => console.error(why),
  );
  const id = `listen-${randomBytes(4).toString('hex')}`;
  const ended = new AbortController();
  const stop = () => ended.abort();
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const { secret } = await withFaultList(() =>
      api.subscribe({ id, url: listener.url, note: 'tributary events listen', ...filter }),
    );
    listener.secret = secret;
    try {
      console.error(`Listening at ${listener.url}; end it with Ctrl-C.`);
      const { arrived, error } = await api.testSubscription(id);
      if (!arrived) console.error(`The API does not reach this address. ${error}`);
      await whileThere(api, id, ended.signal);
    } finally {
      await remove(api, id);
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await listener.stop();
  }
}

/** Until it is stopped; says when the API goes away and comes back. @throws {TributaryError} NOT_FOUND: somebody removed it */
async function whileThere(api: Api, id: string, signal: AbortSignal): Promise<void> {
  let isAway = false;
  while (!signal.aborted) {
    await delay(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await api.getSubscription(id);
      if (isAway) console.error('The API answers again.');
      isAway = false;
    } catch (error) {
      if (!isUnreachable(error)) throw error;
      if (!isAway) console.error('The API does not answer. Events come when it does; Ctrl-C ends this.');
      isAway = true;
    }
  }
}

const isUnreachable = (error: unknown): boolean =>
  error instanceof TributaryError && error.code === 'API_UNREACHABLE';

async function remove(api: Api, id: string): Promise<void> {
  try {
    await api.unsubscribe(id);
  } catch (error) {
    if (error instanceof TributaryError && error.code === 'NOT_FOUND') return;
    console.error(`The subscription ${id} is still there. Remove it: tributary events remove ${id}`);
    throw error;
  }
}

const widestType = 14;

/** One event on one line: when, what, of what, and how it stands. */
function lineOf({ type, timestamp, data }: OutboundPayload): string {
  if (type === testEvent) return `${timestamp}  ${type.padEnd(widestType)}  events arrive here`;
  return [
    ...[timestamp, type.padEnd(widestType), data.connection, data.session ?? ''],
    data.code === null ? '' : `${data.code} ${data.status ?? ''}`.trim(),
    ...[data.reason ?? '', data.reauthorizeUrl ?? ''],
    Object.entries(data.counts)
      .map(([name, count]) => `${name}=${count}`)
      .join(' '),
  ]
    .filter((part) => part !== '')
    .join('  ');
}
