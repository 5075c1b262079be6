import { Connection } from '@temporalio/client';
import { parseSettings } from '../../platform/settings.ts';
import { retentionDays, searchAttributes, setUpNamespace } from '../../platform/setup/namespace.ts';
import { startEngine } from '../../platform/setup/start-engine.ts';
import { openStores } from '../../stores/open.ts';
import { requireAddresses } from '../../workers/addresses.ts';

/** What is ready. */
export interface SetUp {
  readonly namespace: string;
  readonly retentionDays: number;
  readonly searchAttributes: readonly string[];
  readonly database: string;
}

/**
 * Prepares an engine and a store that run elsewhere. Safe to repeat.
 * @throws {TributaryError} SETTINGS_INVALID, ENGINE_UNAVAILABLE, STORE_UNAVAILABLE, STORE_NEWER
 */
export async function setUp(say: (line: string) => void): Promise<SetUp> {
  const settings = parseSettings();
  const { temporal, mongodb } = requireAddresses(settings);
  const { namespace } = settings.temporal;

  const program = { kind: 'address', address: temporal, how: `Temporal at ${temporal}` } as const;
  // Waits until it answers: in a compose file the engine starts at the same time.
  await startEngine({ program });
  const connection = await Connection.connect({ address: temporal });
  try {
    await setUpNamespace(connection, { namespace, retentionDays, searchAttributes });
  } finally {
    await connection.close();
  }
  say(`engine: namespace ${namespace} has its search attributes`);

  const stores = await openStores({
    uri: mongodb,
    database: settings.mongodb.database,
    serverSelectionTimeoutMs: 30_000,
  });
  await stores.close();
  say(`store: database ${settings.mongodb.database} has its indexes`);
  return {
    namespace,
    retentionDays,
    searchAttributes: Object.keys(searchAttributes),
    database: settings.mongodb.database,
  };
}
