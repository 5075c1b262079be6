import { createSecretBox, loadOrCreateKeys } from '../../platform/crypto.ts';
import { createEgress } from '../../platform/egress.ts';
import { createLog } from '../../platform/log.ts';
import { parseSettings } from '../../platform/settings.ts';
import { openStores } from '../../stores/open.ts';
import { publicUrl, requireApiSettings } from '../../workers/addresses.ts';
import { openDefinitions } from '../../workers/definitions.ts';
import { createApi } from '../api/create-api.ts';
import { createDispatcher } from '../dispatcher.ts';
import { connectEngine, createSessionsPort } from '../engine.ts';
import { createGrantWarnings } from '../grant-warnings.ts';

/**
 * The API process: HTTP API and dispatcher, until SIGTERM or SIGINT.
 * @throws {TributaryError} SETTINGS_INVALID, STORE_UNAVAILABLE, STORE_NEWER, DEFINITION_INVALID
 */
export async function runApi(): Promise<void> {
  const settings = parseSettings();
  const log = createLog({ name: 'api', level: settings.logLevel });
  const { token, ...addresses } = requireApiSettings(settings);
  const definitions = openDefinitions();
  const { namespace } = settings.temporal;
  const client = connectEngine({ address: addresses.temporal, namespace, codecKeys: settings.codecKeys });
  const [keys, stores] = await Promise.all([
    settings.secretsKeys.length > 0 ? settings.secretsKeys : loadOrCreateKeys(settings.dataFolder),
    openStores({ uri: addresses.mongodb, database: settings.mongodb.database, log }),
  ]);
  const sessions = createSessionsPort(client, {
    stores,
    taskQueue: settings.taskQueue,
    durations: settings.durations,
    workflowTaskTimeoutMs: settings.workflowTaskTimeoutSecs * 1000,
  });
  const dispatcher = createDispatcher({ stores, sessions, log, statisticsDays: settings.statisticsDays });
  let url = publicUrl(settings);
  const secrets = createSecretBox(keys);
  const egress = createEgress({ allow: settings.egressAllow });
  const api = createApi({
    stores,
    sessions,
    dispatcher,
    definitions: definitions.current,
    secrets,
    egress,
    token,
    log,
    publicUrl: () => url,
  });

  const { host, port, publicUrl: given } = settings.api;
  const listening = await api.listen({ host, port });
  if (given === undefined && port === 0) url = listening;
  dispatcher.start();
  const warnings = createGrantWarnings({ stores, log, warningDays: settings.grantWarningDays });
  warnings.start();
  log.info({ url }, 'API answers');

  const stop = async (signal: string): Promise<void> => {
    log.info({ signal }, 'API stops');
    await Promise.all([api.close(), dispatcher.stop(), warnings.stop()]);
    await Promise.all([client.connection.close(), stores.close(), egress.close()]);
    log.info('API stopped');
  };
  await new Promise<void>((resolve, reject) => {
    const onSignal = (signal: string): void => void stop(signal).then(resolve, reject);
    process.once('SIGTERM', onSignal).once('SIGINT', onSignal);
  });
}
