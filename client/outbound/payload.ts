import { createHash } from 'node:crypto';
import { connectPath } from '../../activities/connect-link.ts';
import { type OutboundPayload, testEvent } from '../../domain/outbound.ts';
import { type SessionStatus, sessionStatusNames } from '../../domain/session.ts';
import type { SecretBox } from '../../platform/crypto.ts';
import type { EventDoc, OutboundDoc } from '../../stores/model.ts';

/** The id of an event as receivers see it: always the same for one source, and fit for a header. */
export const eventIdOf = (source: string): string =>
  `evt_${createHash('sha256').update(source).digest('base64url').slice(0, 32)}`;

/** What is needed to write a link. */
export interface LinkMaker {
  readonly secrets: Pick<SecretBox, 'sign'>;
  /** The public address without a slash at the end, then the path. */
  readonly address: (path: string) => string;
}

/** What a receiver is sent of an event. @param link The event that has the link to authorize again. */
export function payloadOf(
  event: OutboundDoc,
  link: Pick<EventDoc, 'connectLink'> | null,
  { secrets, address }: LinkMaker,
): OutboundPayload {
  const { source, type, at, connectionId, company, app, sequence, sessionId, code, reason, counts } = event;
  const connectLink = link?.connectLink ?? null;
  return {
    ...{ id: eventIdOf(source), type, timestamp: at.toISOString() },
    data: {
      ...{ source, connection: connectionId, company, app, sequence, session: sessionId, code },
      status: code === null ? null : (sessionStatusNames[code as SessionStatus] ?? null),
      ...{ reason, counts },
      ...(connectLink === null ? {} : { reauthorizeUrl: address(connectPath(secrets, connectLink)) }),
    },
  };
}

/** What is sent to see whether deliveries arrive. */
export const testPayload = (subscriptionId: string, at: Date): OutboundPayload => {
  const source = `test/${subscriptionId}/${at.getTime()}`;
  return {
    ...{ id: eventIdOf(source), type: testEvent, timestamp: at.toISOString() },
    data: {
      ...{ source, connection: 'test', company: 'test', app: 'test', sequence: 0 },
      ...{ session: null, code: null, status: null, reason: null, counts: {} },
    },
  };
};
