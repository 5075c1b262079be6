// The HTTP API alone, over the store of the bench: what it takes to accept a webhook. Prints its address.

import { createApi } from '../client/api/create-api.ts';
import type { SessionsPort } from '../client/sessions-port.ts';
import { definitionSchema } from '../connectors/definition.ts';
import { createSecretBox } from '../platform/crypto.ts';
import { createEgress } from '../platform/egress.ts';
import { createLog } from '../platform/log.ts';
import { openStores } from '../stores/open.ts';
import { benchHook } from './webhook-delivery.ts';

const { TEST_MONGODB_URI: uri = '', BENCH_DATABASE: database = '', BENCH_KEY: key = '' } = process.env;
const definition = definitionSchema.parse(benchHook.definition);
const unused = async (): Promise<never> => {
  throw new Error('The bench asks nothing of sessions.');
};
const sessions: SessionsPort = {
  startSession: unused,
  requestSession: unused,
  tell: unused,
  call: unused,
  hold: unused,
  release: unused,
  resetConfiguration: unused,
  deleteCompany: unused,
  disconnect: unused,
  ping: unused,
  procedure: unused,
  poolPollers: unused,
};

const api = createApi({
  stores: await openStores({ uri, database }),
  sessions,
  // Telling sessions comes after the answer and is another bench's matter.
  dispatcher: { nudge: () => undefined },
  definitions: () => new Map([[definition.id, definition]]),
  secrets: createSecretBox([{ id: 'bench', key: Buffer.from(key, 'base64') }]),
  egress: createEgress(),
  token: 'bench-token-of-the-api',
  publicUrl: () => 'http://127.0.0.1',
  log: createLog({ name: 'bench', level: 'fatal' }),
});
console.log(await api.listen({ host: '127.0.0.1', port: 0 }));
