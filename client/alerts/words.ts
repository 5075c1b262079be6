import type { AlertMessage, Incident } from '../../domain/alerts.ts';
import type { Actor } from '../../domain/contracts.ts';

/** 1 day 3 h, 12 min, 40 s. */
export function lasted(ms: number): string {
  const secs = Math.max(0, Math.round(ms / 1_000));
  if (secs < 90) return `${secs} s`;
  const mins = Math.round(secs / 60);
  if (mins < 90) return `${mins} min`;
  const hours = Math.round(mins / 60);
  if (hours < 48) return `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

/** 2026-03-04 05:06 GMT */
export const minuteOf = (at: Date): string => `${at.toISOString().slice(0, 16).replace('T', ' ')} GMT`;

/** Who acknowledged, for people; in Slack its own way to name a person is used. */
export const personOf = ({ id }: Actor): string => id.replace(/^slack\//, '');

/** A message in plain words, one paragraph a line. */
export function wordsOf(incident: Incident, message: AlertMessage): string {
  const { title, reason, since, link, command } = incident;
  switch (message.kind) {
    case 'opened':
      return [
        title,
        reason,
        `Since ${minuteOf(since)}.`,
        ...(command === null ? [] : [`What helps: ${command}`]),
        ...(link === null ? [] : [link]),
      ].join('\n');
    case 'lines': {
      const { lines, skipped } = message;
      const more =
        skipped === 0 ? [] : [`${skipped} earlier ${skipped === 1 ? 'one is' : 'ones are'} only counted.`];
      return [...more, ...lines.map(({ text, at }) => `${minuteOf(at)}: ${text}`)].join('\n');
    }
    case 'acknowledged':
      return `${incident.acknowledged === null ? 'Somebody' : personOf(incident.acknowledged.by)} takes care of it.`;
    case 'resolved':
      return `Resolved: ${incident.resolution ?? 'it is over.'} ${spanOf(incident)}`;
  }
}

/** How long it lasted, and how often it happened. */
export function spanOf({ since, resolvedAt, occurrences }: Incident): string {
  const times = occurrences === 1 ? '' : ` and was seen ${occurrences} times`;
  const ms = (resolvedAt ?? since).getTime() - since.getTime();
  return `It lasted ${lasted(ms)}${times}.`;
}
