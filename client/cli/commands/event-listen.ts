import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import type { OutboundPayload } from '../../../domain/outbound.ts';
import { contextOf } from '../context.ts';
import { UsageError } from '../exit.ts';
import { startListener } from '../listen.ts';
import { withFaultList } from './deliver-input.ts';
import { type FilterOptions, filterOf } from './event-filter.ts';

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
  const api = await context.api();
  const listener = await startListener(
    { port, host: options.host ?? '127.0.0.1' },
    (event) => console.log(context.json ? JSON.stringify(event) : lineOf(event)),
    (why) => console.error(why),
  );
  const id = `listen-${randomBytes(4).toString('hex')}`;
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve()).once('SIGTERM', () => resolve());
  });
  try {
    const { secret } = await withFaultList(() =>
      api.subscribe({ id, url: listener.url, note: 'tributary events listen', ...filter }),
    );
    listener.secret = secret;
    try {
      console.error(`Listening at ${listener.url}; end it with Ctrl-C.`);
      const { arrived, error } = await api.testSubscription(id);
      if (!arrived) console.error(`The API does not reach this address. ${error}`);
      await stopped;
    } finally {
      await api.unsubscribe(id);
    }
  } finally {
    await listener.stop();
  }
}

const lineOf = ({ type, timestamp, data }: OutboundPayload): string =>
  [
    ...[timestamp, type, data.connection, data.session ?? '', data.code ?? '', data.status ?? ''],
    ...[data.reason ?? '', data.reauthorizeUrl ?? ''],
    ...Object.entries(data.counts).map(([name, count]) => `${name}=${count}`),
  ]
    .filter((part) => part !== '')
    .join('  ');
