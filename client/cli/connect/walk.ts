import { setTimeout as delay } from 'node:timers/promises';
import { notSetUp } from '../../../connectors/set-up.ts';
import { TributaryError } from '../../../domain/errors.ts';
import type { Connection } from '../../api/schemas/connections.ts';
import type { ConnectionStatusView } from '../../api/schemas/wizard.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import { wizardQuestions } from '../../wizard.ts';
import { askAccess, askConsent } from './access.ts';
import { askConnector } from './connector.ts';
import { askFinalization } from './finalization.ts';
import { identify } from './identity.ts';
import { requireAnswers } from './missing.ts';
import { askPrerequisites } from './prerequisites.ts';
import type { Scene, Step } from './scene.ts';

type Next = NonNullable<ConnectionStatusView['next']>['step'];

const steps: Readonly<Partial<Record<Next, Step>>> = {
  prerequisites: askPrerequisites,
  connector: askConnector,
  connection: askAccess,
  consent: askConsent,
  finalization: askFinalization,
};

/** What a walk is given. */
export interface Walk extends Omit<Scene, 'app' | 'questions'> {
  /** Id of the app. */
  readonly app: string;
  /** Is told the ids of connection and company as soon as they are there. */
  readonly onConnection?: (id: string, company: string) => void;
}

/** Where a walk ended: the connection is STARTED. */
export interface Walked {
  readonly connectionId: string;
  /** Its first session of this generation; null: none began yet. */
  readonly sessionId: string | null;
}

/**
 * Walks through the wizard of a connection until it is started: from where it stands, with the answers that are given,
 * and those of the person or the defaults. What a step stored stays, whatever comes after.
 * @throws {UsageError} where nobody can be asked and an answer is missing; {Stopped} when the person ends it;
 * {TributaryError} APP_NOT_SET_UP, CONNECTION_EXISTS, and what the API refuses where nobody can be asked
 */
export async function walk({ app: appId, onConnection, ...given }: Walk): Promise<Walked> {
  const { api } = given;
  const app = await api.getApp(appId);
  if (!app.setUp) throw notSetUp(appId, app.missing);
  const scene: Scene = { ...given, app, questions: wizardQuestions(app) };
  if (given.person.ask === undefined) await requireAnswers(scene);
  const id = await identify(scene);
  onConnection?.(id, (await api.getConnection(id)).company);
  let before: Connection['latestSession'] = null;
  for (;;) {
    const { status, next } = await api.connectionStatus(id);
    if (status === 'STARTED') break;
    const step = next === null ? undefined : steps[next.step];
    if (step === undefined)
      throw new TributaryError('CONNECTION_NOT_READY', `${id} is ${status}. ${next?.command ?? ''}`.trim());
    before = (await api.getConnection(id)).latestSession;
    await step(scene, id);
  }
  given.person.rest?.();
  return { connectionId: id, sessionId: await firstSession(api, id, before) };
}

const beginsWithinMs = 30_000;

/** The session that was held for the finalization, or the one that it started. */
async function firstSession(
  api: TributaryClient,
  id: string,
  before: Connection['latestSession'],
): Promise<string | null> {
  const until = Date.now() + beginsWithinMs;
  const known = before?.closedAt === null ? before.number - 1 : (before?.number ?? 0);
  for (;;) {
    const { latestSession } = await api.getConnection(id);
    if (latestSession !== null && latestSession.number > known) return latestSession.id;
    if (Date.now() > until) return null;
    await delay(200);
  }
}
