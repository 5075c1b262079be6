import type { Authorized } from '../../api/schemas/connections.ts';
import type { Session } from '../../api/schemas/sessions.ts';
import type { TributaryClient } from '../../tributary-client.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../exit.ts';
import { createLive } from '../output/live.ts';
import { formatFacts } from '../output/table.ts';
import { watchSessions } from '../sessions.ts';

/** Shows where a person authorizes. */
export function showAuthorization(context: Context, answer: Authorized, connection: string): void {
  const { authorization, sessionId, note } = answer;
  context.answer(answer, () => [
    ...formatFacts([
      ['connection', connection],
      ['session', sessionId],
      ...(authorization.kind === 'oauth2'
        ? ([
            ['consent at', authorization.link],
            ['valid until', authorization.expiresAt],
          ] as const)
        : ([
            ['takes', authorization.takes],
            [
              'submit it with',
              `tributary connection credentials ${connection} --secret-file <file> (or POST ${authorization.submitTo})`,
            ],
          ] as const)),
    ]),
    ...(note === null ? [] : [note]),
    `Follow it with: tributary session watch ${sessionId}`,
  ]);
}

/** Shows one session as it stands. */
export function sessionFacts(session: Session): string[] {
  return formatFacts([
    ['session', session.id],
    ['status', `${session.code ?? '-'} ${session.text}`],
    ['why', session.sentence],
    ['detail', session.detail],
    ['since', session.since],
    ['until', session.until],
    ['held', session.held],
    ['calls', session.allowed.join(', ')],
    ['opened', `${session.openedAt} by ${session.openedBy.kind} ${session.openedBy.id}`],
    ['closed', session.closedAt && `${session.closedAt} (${session.closedBy})`],
  ]);
}

/** Follows a session with live progress (on stderr where stdout is JSON), then answers with it. */
export async function watchToEnd(context: Context, api: TributaryClient, id: string): Promise<Session> {
  const live = createLive(context.json ? process.stderr : process.stdout);
  const [session] = await watchSessions(api, [{ name: id, id }], { live });
  if (!session) throw new Error('There was no session to watch.');
  context.answer(session, () => sessionFacts(session));
  return session;
}

/** Whether this is the id of a session, not of a connection. */
export const isSessionId = (id: string): boolean => /\.\d+$/.test(id);

/** A session by its id, or the latest one of a connection. */
export async function sessionIdOf(api: TributaryClient, id: string): Promise<string> {
  if (isSessionId(id)) return id;
  const { latestSession } = await api.getConnection(id);
  if (latestSession === null) throw new UsageError(`The connection ${id} has no session yet.`);
  return latestSession.id;
}

/** A whole number above 0. @throws {UsageError} */
export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UsageError(`"${text}" is not a whole number above 0.`);
  return count;
}

/** Collects an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** The secret in a file. @throws {UsageError} when it cannot be read or holds none */
export async function readSecret(file: string): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new UsageError(`${file} cannot be read.`);
  });
  const secret = text.trim();
  if (secret === '') throw new UsageError(`${file} is empty.`);
  return secret;
}
