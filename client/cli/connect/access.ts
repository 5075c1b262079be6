import type { JsonObject } from '../../../domain/json.ts';
import type { SetConfigurationBody } from '../../api/schemas/wizard.ts';
import { credentialsFrom, type WizardQuestion } from '../../wizard.ts';
import { plain } from '../output/table.ts';
import { createConfigurationSheet } from './configuration-sheet.ts';
import { waitForConsent } from './consent.ts';
import { heading } from './person.ts';
import type { Known } from './question.ts';
import type { Scene } from './scene.ts';
import { settled } from './settled.ts';
import { createSheet, untilTaken } from './sheet.ts';

/** What opens the app: parameters, then credentials, which are tested, or a consent, which is waited for. */
export async function askAccess(scene: Scene, id: string): Promise<void> {
  const { api, app, answers, person, questions } = scene;
  const sheet = createSheet(person);
  const configuration = createConfigurationSheet(scene);
  const authorized = await untilTaken(person, async (round) => {
    const { parameters: stored } = await api.getConnection(id);
    const asked = questions.parameters.length + questions.credentials.length + questions.configuration.length;
    if (asked > 0 && round !== 'same') heading(person, 'What opens the app:');
    const parameters = await sheet.fill(round, questions.parameters, ({ name }) => {
      const given = answers.parameters?.[name];
      // What is stored is not asked for, unless the app refused it.
      return round === 'first' ? { given: given ?? stored[name] } : { fallback: stored[name] ?? given };
    });
    const secrets = await sheet.fill(round, questions.credentials, (question) =>
      credentialOf(scene, question),
    );
    const filled = app.auth === 'configuration' ? await configuration.fill(round) : undefined;
    if (questions.credentials.length > 0 || filled !== undefined) person.say(`Asking ${plain(app.name)} ...`);
    const body = bodyOf(scene, parameters, secrets, filled);
    const answer = await settled(api, id, await api.setConfiguration(id, body));
    if (answer !== null) person.say(plain(answer.message));
    if (app.auth !== 'oauth2') return null;
    const { sessionId, authorization } = answer ?? {};
    return sessionId !== undefined && authorization !== undefined
      ? { sessionId, authorization, note: null }
      : api.authorize(id);
  });
  if (authorized !== null) await waitForConsent(scene, id, authorized);
}

function credentialOf({ answers }: Scene, { name, kind }: WizardQuestion): Known {
  if (kind === 'secret') return { given: answers.secret };
  return { given: name === 'username' ? answers.username : answers.clientId };
}

function bodyOf(
  { app }: Scene,
  parameters: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, unknown>>,
  configuration: JsonObject | undefined,
): SetConfigurationBody {
  const texts = Object.entries(parameters).map(([name, value]) => [name, String(value)]);
  const credentials =
    configuration === undefined
      ? credentialsFrom(app, secrets as Readonly<Record<string, string>>)
      : ({ kind: 'configuration', configuration } as const);
  return {
    ...(texts.length === 0 ? {} : { parameters: Object.fromEntries(texts) as Record<string, string> }),
    ...(credentials === undefined ? {} : { credentials }),
  };
}

/** The session waits in 6 already: a new link, and on. */
export async function askConsent(scene: Scene, id: string): Promise<void> {
  const authorized = await untilTaken(scene.person, () => scene.api.authorize(id));
  await waitForConsent(scene, id, authorized);
}
