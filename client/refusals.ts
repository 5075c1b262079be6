import { TributaryError } from '../domain/errors.ts';
import {
  allowedCalls,
  isContinuable,
  type SessionCall,
  type SessionStatus,
  sessionStatusNames,
} from '../domain/session.ts';
import type { SessionDoc } from '../stores/model.ts';
import type { UpdateCall } from './sessions-port.ts';

/** A status as answers name it. */
export const currentOf = (code: SessionStatus | null) =>
  code === null ? null : { code, name: sessionStatusNames[code] };

/** Only a session whose decision window ran out in an error of work goes on in a new run; the latest one at that. */
export const mayResume = (session: SessionDoc, latestSession: number): boolean =>
  session.status !== null &&
  isContinuable(session.status) &&
  session.closedBy === 'window' &&
  session.number === latestSession;

/** What a person may ask of a session now, open or closed. */
export function callsOf(session: SessionDoc, latestSession: number): readonly SessionCall[] {
  if (session.status === null) return ['disconnect'];
  if (session.closedAt === null) return allowedCalls(session.status, session.held !== null);
  return mayResume(session, latestSession) ? ['retry'] : [];
}

/** The 409 of a closed session: says where it ended and what still helps. */
export function closedRefusal(call: UpdateCall, session: SessionDoc, latestSession: number): TributaryError {
  const allowed = callsOf({ ...session, closedAt: session.closedAt ?? session.since }, latestSession);
  const name =
    session.status === null ? 'not begun' : `${sessionStatusNames[session.status]} (${session.status})`;
  const instead =
    allowed.join(', ') ||
    `nothing; POST /api/connections/${session.connectionId}/sessions starts the next one`;
  const message = `${call} is not possible: session ${session._id} is closed in ${name}; allowed now: ${instead}.`;
  return new TributaryError('ILLEGAL_MOVE', message, { current: currentOf(session.status), allowed });
}
