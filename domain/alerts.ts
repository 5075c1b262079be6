import type { Actor } from './contracts.ts';

/** What an alert is of. */
export const alertCauses = [
  'engine',
  'store',
  'worker',
  'api',
  'overview',
  'grant',
  'limit',
  'report',
  'session',
  'sync',
  'connection',
  'airtable',
  'subscription',
  'test',
] as const;
export type AlertCause = (typeof alertCauses)[number];

/** The one incident of the watchdog, which keeps it beside the store. */
export const offlineIncident = 'offline';

/** One failure: a line in the thread of its incident. */
export interface AlertOccurrence {
  /** The same id again is the same occurrence: it is told once. */
  readonly id: string;
  readonly text: string;
  readonly at: Date;
}

/** Something that a person must hear of. */
export interface AlertRaise {
  /** The root cause, such as `engine` or `grant/<connectionId>`: one message in the channel while it is open. */
  readonly incident: string;
  readonly cause: AlertCause;
  /** As in document 003: `Sync application offline`, `Report <name> failed`. */
  readonly title: string;
  /** Why, in one sentence. */
  readonly reason: string;
  readonly since: Date;
  /** Where it can be looked at: the Temporal Web UI. */
  readonly link?: string;
  /** The command that helps. */
  readonly command?: string;
  /** What the button Retry does. */
  readonly retry?: { readonly kind: 'report'; readonly type: string; readonly slot: string };
  readonly occurrence: AlertOccurrence;
}

/** How far an incident was told. */
export interface AlertTold {
  /** What the channel calls the first message; its thread takes the others. Null: not told yet. */
  readonly message: string | null;
  /** Occurrences that were told, of `occurrences`. */
  readonly lines: number;
  readonly acknowledged: boolean;
  readonly resolved: boolean;
}

/** An incident: `settling` once it seems to be over, until it has stayed so for the hold-down time. */
export interface Incident extends Omit<AlertRaise, 'occurrence' | 'link' | 'command' | 'retry'> {
  /** How often it was open, this time included. */
  readonly number: number;
  readonly status: 'open' | 'settling' | 'resolved';
  readonly link: string | null;
  readonly command: string | null;
  readonly retry: AlertRaise['retry'] | null;
  /** Since it was opened; the newest ones are in `lines`. */
  readonly occurrences: number;
  readonly lines: readonly AlertOccurrence[];
  readonly openedAt: Date;
  readonly settlingSince: Date | null;
  readonly resolvedAt: Date | null;
  /** How it ended, for people. */
  readonly resolution: string | null;
  readonly acknowledged: { readonly by: Actor; readonly at: Date } | null;
  readonly told: AlertTold;
}

/** What is to be sent next of an incident; one at a time, in this order. */
export type AlertMessage =
  | { readonly kind: 'opened' }
  /** `skipped`: older ones that are only counted. */
  | { readonly kind: 'lines'; readonly lines: readonly AlertOccurrence[]; readonly skipped: number }
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'resolved' };

/** Occurrences that are kept in words; older ones are counted. */
export const keptLines = 50;
/** Lines in one message of a thread. */
const linesPerMessage = 20;

const nothingTold: AlertTold = { message: null, lines: 0, acknowledged: false, resolved: false };

/**
 * Takes an occurrence into an incident, or opens it (again). One that comes while an incident settles, or before its
 * end was told, keeps it open: what flaps is one incident.
 * @param known The incident as it is; null: there never was one.
 */
export function raised(known: Incident | null, alert: AlertRaise, now: Date): Incident {
  const { occurrence, link = null, command = null, retry = null, ...what } = alert;
  if (known === null || (known.status === 'resolved' && nextMessage(known) === null))
    return {
      ...what,
      ...{ link, command, retry, number: (known?.number ?? 0) + 1, status: 'open', occurrences: 1 },
      ...{ lines: [occurrence], openedAt: now, settlingSince: null, resolvedAt: null, resolution: null },
      ...{ acknowledged: null, told: nothingTold },
    };
  const open = { ...known, status: 'open' as const, settlingSince: null, resolvedAt: null, resolution: null };
  if (known.lines.some(({ id }) => id === occurrence.id)) return known.status === 'open' ? known : open;
  return {
    ...open,
    reason: what.reason,
    occurrences: known.occurrences + 1,
    lines: [...known.lines, occurrence].slice(-keptLines),
  };
}

/** It seems to be over. One that is not open stays as it is. */
export const settled = (known: Incident, resolution: string, now: Date): Incident =>
  known.status === 'open' ? { ...known, status: 'settling', settlingSince: now, resolution } : known;

/** Ends an incident that has settled for the hold-down time. */
export function resolvedIfStill(known: Incident, now: Date, holdDownMs: number): Incident {
  const { status, settlingSince } = known;
  if (status !== 'settling' || settlingSince === null) return known;
  return now.getTime() - settlingSince.getTime() < holdDownMs
    ? known
    : { ...known, status: 'resolved', resolvedAt: settlingSince };
}

/** The first one counts. */
export const acknowledged = (known: Incident, by: Actor, now: Date): Incident =>
  known.acknowledged === null && known.status !== 'resolved'
    ? { ...known, acknowledged: { by, at: now } }
    : known;

/** What is to be sent next; null: everything was told. */
export function nextMessage(incident: Incident): AlertMessage | null {
  const { told, occurrences, lines } = incident;
  if (told.message === null) return { kind: 'opened' };
  if (told.lines < occurrences) {
    const untold = occurrences - told.lines;
    const kept = lines.slice(-Math.min(untold, lines.length));
    return { kind: 'lines', lines: kept.slice(0, linesPerMessage), skipped: untold - kept.length };
  }
  if (incident.acknowledged !== null && !told.acknowledged) return { kind: 'acknowledged' };
  return incident.status === 'resolved' && !told.resolved ? { kind: 'resolved' } : null;
}

/**
 * Notes that a message was sent. The first message tells of the first occurrence.
 * @param id What the channel calls the first message.
 */
export function toldOf(incident: Incident, message: AlertMessage, id: string): Incident {
  const { told } = incident;
  switch (message.kind) {
    case 'opened':
      return { ...incident, told: { ...told, message: id, lines: Math.max(told.lines, 1) } };
    case 'lines':
      return {
        ...incident,
        told: { ...told, lines: told.lines + message.lines.length + message.skipped },
      };
    case 'acknowledged':
      return { ...incident, told: { ...told, acknowledged: true } };
    case 'resolved':
      return { ...incident, told: { ...told, resolved: true } };
  }
}
