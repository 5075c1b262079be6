import type { AlertMessage, Incident } from '../../domain/alerts.ts';

/** One message of an incident. */
export interface AlertPost {
  readonly incident: Incident;
  readonly message: AlertMessage;
  /** Its place among the messages of this incident and number: with both it is the message's own name. */
  readonly part: number;
  /** What the channel calls the first message, whose thread takes this one; null: this is the first. */
  readonly thread: string | null;
  /** When it was first about to be sent. */
  readonly since: Date;
}

/** Why something did not happen. */
export type ChannelFailure =
  /** Not sent: the channel named a wait. */
  | { readonly outcome: 'wait'; readonly waitMs: number; readonly text: string }
  /** Not sent: a person has to mend something. `message`: others can be sent all the same. */
  | { readonly outcome: 'refused'; readonly text: string; readonly of: 'channel' | 'message' }
  /** No answer: it may have arrived. */
  | { readonly outcome: 'unsure'; readonly text: string };

export type Sent = { readonly outcome: 'sent'; readonly id: string };
export type Found = { readonly outcome: 'found'; readonly id: string } | { readonly outcome: 'absent' };

/** Where incidents are told. Nothing here throws: what fails is an outcome. */
export interface AlertChannel {
  /** Such as `slack`: what was told is kept under it. */
  readonly name: string;
  /** Milliseconds between two messages at least. */
  readonly paceMs: number;
  readonly send: (post: AlertPost) => Promise<Sent | ChannelFailure>;
  /** Whether a message that was about to be sent arrived after all. */
  readonly find: (post: AlertPost) => Promise<Found | ChannelFailure>;
}

/** A text of at most so many characters; a longer one ends with an ellipsis. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(0, most - 1)).replace(/[\uD800-\uDBFF]$/, '')}…`;
