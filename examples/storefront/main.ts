import { parseArgs } from 'node:util';
import { z } from 'zod';
import { startStorefront } from './server.ts';

const usage = `Runs the sample app "storefront". Prints its address as one JSON line.

  --port N              port; 0 takes a free one         STOREFRONT_PORT
  --host ADDRESS        address to listen on             STOREFRONT_HOST
  --public-url URL      address for others               STOREFRONT_PUBLIC_URL
  --state FILE          keeps grants over a restart      STOREFRONT_STATE_FILE
  --hold-back-days N    days kept back until released    STOREFRONT_HOLD_BACK_DAYS
  --seed N              seed of what released days bring STOREFRONT_SEED
  --requests-per-second N  rate limit of a token         STOREFRONT_REQUESTS_PER_SECOND
  --redirect-uri URL    where consents may end           STOREFRONT_REDIRECT_URI
  --client-id ID                                         STOREFRONT_CLIENT_ID
The secrets come from the environment only: STOREFRONT_CLIENT_SECRET, STOREFRONT_CONTROL_TOKEN.
`;

const names = [
  'port',
  'host',
  'public-url',
  'state',
  'hold-back-days',
  'seed',
  'requests-per-second',
  'redirect-uri',
  'client-id',
] as const;

const whole = z.coerce.number().int().min(0);
const settings = z.strictObject({
  port: whole.max(65_535).exactOptional(),
  host: z.string().exactOptional(),
  publicUrl: z.url().exactOptional(),
  stateFile: z.string().exactOptional(),
  holdBackDays: whole.max(365).exactOptional(),
  seed: whole.exactOptional(),
  requestsPerSecond: z.coerce.number().positive().exactOptional(),
  redirectUris: z.array(z.url()).exactOptional(),
  clientId: z.string().exactOptional(),
  clientSecret: z.string().min(8).exactOptional(),
  controlToken: z.string().min(8).exactOptional(),
});

function refuse(message: string): never {
  console.error(message);
  process.exit(2);
}

function readFlags() {
  const options = {
    help: { type: 'boolean' } as const,
    ...Object.fromEntries(names.map((name) => [name, { type: 'string' } as const])),
  };
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    refuse(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

function readSettings() {
  const values = readFlags();
  if (values.help) {
    console.log(usage);
    process.exit(0);
  }
  const flags: Record<string, unknown> = values;
  const from = (flag: string | undefined, variable: string) =>
    (flag === undefined ? undefined : flags[flag]) ?? process.env[`STOREFRONT_${variable}`];
  const redirectUri = from('redirect-uri', 'REDIRECT_URI');
  const given = {
    port: from('port', 'PORT'),
    host: from('host', 'HOST'),
    publicUrl: from('public-url', 'PUBLIC_URL'),
    stateFile: from('state', 'STATE_FILE'),
    holdBackDays: from('hold-back-days', 'HOLD_BACK_DAYS'),
    seed: from('seed', 'SEED'),
    requestsPerSecond: from('requests-per-second', 'REQUESTS_PER_SECOND'),
    redirectUris: redirectUri === undefined ? undefined : [redirectUri],
    clientId: from('client-id', 'CLIENT_ID'),
    clientSecret: from(undefined, 'CLIENT_SECRET'),
    controlToken: from(undefined, 'CONTROL_TOKEN'),
  };
  const parsed = settings.safeParse(
    Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  );
  if (parsed.success) return parsed.data;
  refuse(z.prettifyError(parsed.error));
}

/** A parent that was killed cannot stop its children: they look for themselves. */
function endWithParent(stop: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) stop();
  }, 500).unref();
  process.once('disconnect', stop);
}

const storefront = await startStorefront(readSettings());
const stop = () => void storefront.stop().then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
endWithParent(stop);
console.log(JSON.stringify({ url: storefront.url, pid: process.pid }));
