import { randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { secretContext } from '../activities/secret-context.ts';
import { definitionSchema } from '../connectors/definition.ts';
import { createSecretBox } from '../platform/crypto.ts';
import type { World } from '../test/support/world.ts';
import { startBenchChild } from './child.ts';
import type { Table } from './table.ts';
import { benchHook, signedDelivery } from './webhook-delivery.ts';

const ratioGoal = 0.5;
const deliveries = 3_000;
const atOnce = 32;

/** Accepting a webhook (verified, stored) against a bare route that stores the same document. */
export async function benchWebhooks(world: World, table: Table): Promise<void> {
  const key = randomBytes(32);
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  const { connectionId, definition } = benchHook;
  const secrets = createSecretBox([{ id: 'bench', key }]);
  await world.started({
    definition: definitionSchema.parse(definition),
    baseUrl: 'http://127.0.0.1',
    id: connectionId,
  });
  const sealed = secrets.seal(secret, secretContext.webhook('connection', connectionId, 'one'));
  await world.stores.connections.change(connectionId, () => ({
    webhookSecrets: [{ id: 'one', secret: sealed, createdAt: new Date() }],
  }));

  const env = { BENCH_DATABASE: world.stores.db.databaseName, BENCH_KEY: key.toString('base64') };
  const [ours, bare] = await Promise.all([
    startBenchChild('webhook-api-process.ts', env),
    startBenchChild('webhook-bare-process.ts', env),
  ]);
  try {
    const ratios: number[] = [];
    let sent = 0;
    const rateAt = async (url: string, path: string): Promise<number> => {
      const first = sent;
      sent += deliveries;
      return acceptedPerSecond(url, path, (n) => signedDelivery(secret, first + n));
    };
    // The first round warms both up and is not counted.
    for (let round = 0; round < 4; round++) {
      const theirs = await rateAt(bare.url, '/');
      const mine = await rateAt(ours.url, `/api/webhooks/${definition.id}/${connectionId}`);
      if (round === 0) continue;
      ratios.push(mine / theirs);
      table.row('webhooks accepted', mine, '/s');
      table.row('bare POST that stores the same', theirs, '/s');
    }
    const median = ratios.sort((a, b) => a - b)[1] ?? null;
    table.row('webhooks accepted against that', median, '', { atLeast: ratioGoal });
  } finally {
    await Promise.all([ours.stop(), bare.stop()]);
  }
}

/** Sends signed deliveries over a few connections. @throws when one is not accepted as new */
async function acceptedPerSecond(
  url: string,
  path: string,
  delivery: (n: number) => ReturnType<typeof signedDelivery>,
): Promise<number> {
  const pool = new Pool(url, { connections: atOnce });
  const waiting = Array.from({ length: deliveries }, (_, n) => delivery(n));
  const began = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { statusCode, body } = await pool.request({ method: 'POST', path, ...next });
      const answer = await body.text();
      if (statusCode !== 200) throw new Error(`A webhook was answered ${statusCode}: ${answer}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const rate = deliveries / ((performance.now() - began) / 1000);
  await pool.close();
  return rate;
}
