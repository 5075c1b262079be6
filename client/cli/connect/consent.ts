import { setTimeout as delay } from 'node:timers/promises';
import { TributaryError } from '../../../domain/errors.ts';
import type { Authorized } from '../../api/schemas/connections.ts';
import { plain } from '../output/table.ts';
import { Stopped } from './person.ts';
import { confirmed } from './question.ts';
import type { Scene } from './scene.ts';

const lookEveryMs = 300;

/**
 * Shows the link and waits until the connection is authorized, saying what it sees. A link that was refused, or ended,
 * is replaced by a new one once the person says so.
 * @throws {TributaryError} ILLEGAL_MOVE with the session's sentence where nobody can be asked
 */
export async function waitForConsent(scene: Scene, id: string, first: Authorized): Promise<void> {
  const { api, person, consents } = scene;
  let authorized = first;
  for (;;) {
    if (consents === undefined) sayLink(scene, authorized);
    else await consents(authorized);
    const refused = await untilAnswered(scene, id, authorized.sessionId);
    if (refused === null) return;
    person.say(plain(refused));
    if (person.ask === undefined) throw new TributaryError('ILLEGAL_MOVE', refused);
    if (!(await confirmed(person, 'A new link?', true))) throw new Stopped();
    authorized = await api.authorize(id);
  }
}

function sayLink({ person, app }: Scene, { authorization }: Authorized): void {
  if (authorization.kind !== 'oauth2') throw new Error('This app takes no consent.');
  person.say(`\nGive the consent of ${plain(app.name)} in a browser:\n  ${authorization.link}`);
  person.say(`It is valid until ${authorization.expiresAt}. Ctrl-C leaves everything as it is.`);
}

/** @returns why it cannot be authorized any more; null: it is */
async function untilAnswered({ api, person }: Scene, id: string, sessionId: string): Promise<string | null> {
  person.rest?.();
  let said = '';
  for (;;) {
    const [{ status, configurationStatus }, session] = await Promise.all([
      api.connectionStatus(id),
      api.getSession(sessionId),
    ]);
    const { code, text, sentence } = session;
    const line = `${sessionId}  ${code ?? '-'} ${text}`;
    if (line !== said) person.say(line);
    said = line;
    if (configurationStatus === 'CONNECTED' || status !== 'CONFIGURING') return null;
    if (code === 7 || code === 20 || session.closedAt !== null) return sentence;
    await delay(lookEveryMs);
  }
}
