import type { FastifyReply } from 'fastify';
import { connectPath } from '../../activities/connect-link.ts';
import { type ErrorCode, TributaryError } from '../../domain/errors.ts';
import type { ConsentDoc } from '../../stores/model.ts';
import { callbackEntryId } from './consent.ts';
import type { RouteDeps } from './deps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { failureText } from './outcome-text.ts';
import { type Message, sendMessage } from './pages.ts';

const askForNew = 'Ask whoever sent you the link for a new one.';

/** Why a link can no longer be used. */
export const linkMessages = {
  forged: {
    status: 404,
    title: 'This link is not known',
    paragraphs: ['Check that you opened the whole address of the message that you got.', askForNew],
  },
  ended: {
    status: 410,
    title: 'This link has ended',
    paragraphs: ['What it was made for was disconnected since.', askForNew],
  },
  expired: { status: 410, title: 'This link has expired', paragraphs: [askForNew] },
  used: {
    status: 410,
    title: 'This link was used already',
    paragraphs: ['The connection is authorized: there is nothing more to do here.'],
  },
} as const;

/** Answers with the page of a link that leads nowhere. */
export function sendLinkState(reply: FastifyReply, state: keyof typeof linkMessages) {
  const { status, ...message } = linkMessages[state];
  return sendMessage(reply, status, { ...message, tone: 'bad' });
}

/** Seconds between two looks of a page that waits. */
const refreshSecs = 2;

/** What became of an answer, as a page. `again` leads to another try. */
export function outcomeMessage(outcome: Outcome, app: string, again: string | undefined): Message {
  const next = again === undefined ? undefined : { href: again, text: 'Try again' };
  const how = again === undefined ? [askForNew] : [];
  switch (outcome.kind) {
    case 'waiting':
      return {
        title: 'One moment',
        paragraphs: [`Your answer is checked with ${app}. This page goes on by itself.`],
        tone: 'waiting',
        refresh: { secs: refreshSecs },
      };
    case 'connected':
      return {
        title: 'Connected',
        paragraphs: [`${app} is connected, you can close this window.`],
        tone: 'good',
      };
    case 'failed':
      return {
        title: `${app} is not connected`,
        paragraphs: [failureText(outcome, app), ...how],
        tone: 'bad',
        next,
      };
    case 'none':
      return {
        title: `${app} is not connected yet`,
        paragraphs: ['Nothing was answered yet, or another try was begun.', ...how],
        next,
      };
    case 'ended':
      return {
        title: 'This authorization was ended',
        paragraphs: ['Nothing was connected.', ...how],
        tone: 'bad',
        next,
      };
  }
}

/** Address of another try after a consent, relative to a page that is `depth` folders deep; none without a connect link. */
export const tryAgain = (
  { secrets }: RouteDeps,
  { connectLink }: ConsentDoc,
  depth: number,
): string | undefined =>
  connectLink === undefined
    ? undefined
    : `${'../'.repeat(depth)}${connectPath(secrets, connectLink).slice(1)}`;

/** The answer to a consent connected, and the connection still has that grant. */
async function connectedBy(deps: RouteDeps, consent: ConsentDoc): Promise<boolean> {
  const connection = await deps.stores.connections.get(consent.connectionId);
  if (connection?.generation !== consent.generation || connection.ownCode !== null) return false;
  return (await outcomeOf(deps, consent.sessionId, callbackEntryId(consent))).kind === 'connected';
}

/** Answers for a consent link, or an answer to it, that is over; says what to do. */
export async function sendConsentEnd(
  reply: FastifyReply,
  deps: RouteDeps,
  consent: ConsentDoc,
  state: 'used' | 'expired',
  depth: number,
) {
  if (state === 'used' && (await connectedBy(deps, consent))) return sendLinkState(reply, 'used');
  const href = tryAgain(deps, consent, depth);
  const what = state === 'used' ? 'was used already' : 'has expired';
  const todo =
    href === undefined
      ? 'Ask whoever sent you the link for a new one, and answer it within the time that it names.'
      : 'Begin again, and answer at the app soon after.';
  const next = href === undefined ? undefined : { href, text: 'Begin again' };
  return sendMessage(reply, 410, { title: `This link ${what}`, paragraphs: [todo], tone: 'bad', next });
}

const failures: Partial<Record<ErrorCode, Omit<Message, 'tone'>>> = {
  NO_WORKER: {
    title: 'Please try again in a minute',
    paragraphs: ['The service is just starting or very busy. Nothing is lost.'],
  },
  ILLEGAL_MOVE: {
    title: 'Not just now',
    paragraphs: ['Data of this connection is being worked on. Please open the link again later.'],
  },
};
const providersTask: readonly ErrorCode[] = [
  ...(['APP_NOT_SET_UP', 'ADDRESS_REFUSED', 'DEFINITION_INVALID', 'NOT_FOUND'] as const),
];
const notReady: Message = {
  title: 'Not ready yet',
  paragraphs: [
    'Whoever sent you this link has to finish the set-up first. Please tell them, and open the link again then.',
  ],
};

/** Answers a failure with a page that says nothing of our insides. */
export function sendFailure(reply: FastifyReply, { log }: RouteDeps, error: unknown) {
  const code = error instanceof TributaryError ? error.code : 'UNKNOWN_ERROR';
  log.warn({ err: error, code }, 'a connect page failed');
  if (providersTask.includes(code)) return sendMessage(reply, 409, { ...notReady, tone: 'bad' });
  const known = failures[code] ?? failures[code === 'SESSION_OPEN' ? 'ILLEGAL_MOVE' : 'NO_WORKER'];
  const status = code === 'ILLEGAL_MOVE' || code === 'SESSION_OPEN' ? 409 : 503;
  return sendMessage(reply, status, { title: 'Please try again', paragraphs: [], ...known, tone: 'bad' });
}
