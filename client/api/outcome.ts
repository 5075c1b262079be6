import type { ReasonCode } from '../../domain/reasons.ts';
import type { RouteDeps } from './deps.ts';

/** What became of a person's answer, as pages tell it. */
export type Outcome =
  /** Nothing was answered yet, or not since the last try. */
  | { readonly kind: 'none' }
  /** The answer is with us and is being tried. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'connected' }
  /** 7 or 20. */
  | { readonly kind: 'failed'; readonly status: 7 | 20; readonly reason: ReasonCode | null }
  /** The session was ended otherwise: disconnected, or the configuration reset. */
  | { readonly kind: 'ended' };

/**
 * Reads where a session stands after an answer. It left 6, 7 and 20 only because it was authorized (states.md,
 * section 1), or because its connection was disconnected.
 * @param answer Inbox entry of the answer, if there was one.
 */
export async function outcomeOf(
  { stores }: RouteDeps,
  sessionId: string | null,
  answer: string | null,
): Promise<Outcome> {
  const session = sessionId === null ? null : await stores.sessions.get(sessionId);
  if (session === null) return { kind: 'none' };
  const { status, reason, since } = session;
  if (status === null) return { kind: 'waiting' };
  if (status === 6) {
    const entry = answer === null ? null : await stores.inbox.get(answer);
    return { kind: entry !== null && entry.receivedAt >= since ? 'waiting' : 'none' };
  }
  if (status === 7 || status === 20) return { kind: 'failed', status, reason };
  return { kind: status === 26 || reason === 'CONFIGURATION_RESET' ? 'ended' : 'connected' };
}
