import { reportedStatus } from '../../../domain/connection.ts';
import type { ConnectionDoc, SessionDoc } from '../../../stores/model.ts';
import type { RouteDeps } from '../deps.ts';
import { latestSession, shownDefinition } from '../find.ts';
import type { ConnectionStatusView, KeyedValues } from '../schemas/wizard.ts';
import { prerequisitesOf } from '../wizard.ts';

type Next = NonNullable<ConnectionStatusView['next']>;

/** Each step with the end of its address and its command. */
const steps: Readonly<Record<Next['step'], readonly [string, string]>> = {
  prerequisites: ['complete-prerequisites', 'prerequisite ID --complete'],
  connector: ['connector', 'configure ID'],
  connection: ['set-configuration', 'set ID'],
  consent: ['authorize', 'authorize ID'],
  finalization: ['finalize', 'finalize ID'],
  resume: ['resume', 'resume ID'],
  recover: ['recover', 'recover ID --to STARTED --note WHY'],
  reauthorize: ['authorize', 'authorize ID'],
  connectAgain: ['connect-again', 'again ID'],
};

function stepOf(
  { status, configurationStatus, ownCode }: ConnectionDoc,
  undone: boolean,
  latest: SessionDoc | null,
): Next['step'] | null {
  if (status === 'DISCONNECTED' || ownCode === 26) return status === 'DISCONNECTED' ? 'connectAgain' : null;
  if (status === 'ERROR') return 'recover';
  if (status === 'PAUSED') return 'resume';
  if (status === 'CONFIGURING') {
    if (configurationStatus === 'INSTALLED') return undone ? 'prerequisites' : 'connector';
    if (configurationStatus === 'PREREQUISITES_DONE') return 'connector';
    if (configurationStatus === 'CONNECTED') return 'finalization';
    return latest?.closedAt === null && latest.status === 6 ? 'consent' : 'connection';
  }
  return status === 'STARTED' && ownCode === 8 ? 'reauthorize' : null;
}

/** Where a connection stands, and what a person does next. */
export async function statusView(deps: RouteDeps, doc: ConnectionDoc): Promise<ConnectionStatusView> {
  const prerequisites = prerequisitesOf(shownDefinition(deps, doc.app), doc);
  const latest = doc.status === 'CONFIGURING' ? await latestSession(deps, doc._id) : null;
  const undone = prerequisites.some(({ done }) => !done);
  const step = stepOf(doc, undone, latest);
  const [path, command] = step === null ? [] : steps[step];
  return {
    status: doc.status,
    reportedStatus: reportedStatus(doc.status),
    configurationStatus: doc.configurationStatus,
    errorReason: doc.status === 'ERROR' ? (doc.errorReason ?? null) : null,
    prerequisites,
    next:
      step === null || path === undefined || command === undefined
        ? null
        : {
            step,
            call: `POST /api/connections/${doc._id}/${path}`,
            command: `tributary connection ${command.replace('ID', doc._id)}`,
          },
  };
}

const stateKeys = [
  ...(['status', 'configurationStatus', 'errorReason', 'ownCode', 'ownCodeSince', 'authorized'] as const),
  ...(['account', 'generation', 'prerequisites', 'failing', 'autoPaused', 'latestSession'] as const),
  ...(['sealedSession', 'fence'] as const),
];
const configKeys = [
  ...(['pool', 'sink', 'schedule', 'timeZone', 'deduplication', 'driftPolicy', 'parameters'] as const),
  ...([
    'resources',
    'properties',
    'retentionDays',
    'substagesOff',
    'thresholds',
    'checks',
    'autoPause',
  ] as const),
  ...(['unattended'] as const),
];

/** Document 002's view of what is stored: of each key its value, and when that was written last. */
function keyed(doc: ConnectionDoc, keys: readonly (keyof ConnectionDoc)[]): KeyedValues {
  const entries = keys.flatMap((key) => {
    const value = doc[key];
    if (value === undefined) return [];
    const updatedAt = (doc.changedAt?.[key] ?? doc.createdAt).toISOString();
    return [{ key, value: JSON.parse(JSON.stringify(value)) as unknown, updatedAt }];
  });
  return { entries };
}

export const stateView = (doc: ConnectionDoc): KeyedValues => keyed(doc, stateKeys);
export const configView = (doc: ConnectionDoc): KeyedValues => keyed(doc, configKeys);
