import {
  type AlertMessage,
  type AlertOccurrence,
  type Incident,
  offlineIncident,
} from '../../domain/alerts.ts';
import { cut } from './channel.ts';
import type { SlackBlock } from './slack.ts';
import { minuteOf, personOf, spanOf, wordsOf } from './words.ts';

/** Limits of Block Kit, in characters. */
const headerLimit = 150;
const sectionLimit = 3_000;
const valueLimit = 2_000;
const linkLimit = 2_500;
/** Twenty lines of a thread stay below what a message may have in all. */
const lineLimit = 500;
const textLimit = 4_000;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What Slack would take for markup is said as it is; at most so many characters come out. */
export function escaped(text: string, most: number): string {
  let out = '';
  for (const char of text) {
    const next = entities[char] ?? char;
    if (out.length + next.length >= most) return `${out}…`;
    out += next;
  }
  return out;
}

const section = (text: string): SlackBlock => ({ type: 'section', text: { type: 'mrkdwn', text } });
const note = (text: string): SlackBlock => ({ type: 'context', elements: [{ type: 'mrkdwn', text }] });
const button = (id: string, text: string, value: string, style?: string): SlackBlock => ({
  ...{ type: 'button', action_id: id, text: { type: 'plain_text', text }, value },
  ...(style === undefined ? {} : { style }),
});

/** What the buttons carry: which incident, and which time that it was open. */
export interface ButtonValue {
  readonly incident: string;
  readonly number: number;
}

/** Shown in the reader's own zone. */
const moment = (at: Date): string =>
  `<!date^${Math.floor(at.getTime() / 1_000)}^{date_short_pretty} {time}|${minuteOf(at)}>`;

/** A message for Slack: blocks, and the same as text for notifications. */
export function slackMessageOf(
  incident: Incident,
  message: AlertMessage,
): { readonly text: string; readonly blocks: readonly SlackBlock[] } {
  const text = escaped(wordsOf(incident, message), textLimit);
  return { text, blocks: blocksOf(incident, message) };
}

function blocksOf(incident: Incident, message: AlertMessage): readonly SlackBlock[] {
  switch (message.kind) {
    case 'opened':
      return opened(incident);
    case 'lines': {
      const { lines, skipped } = message;
      const more = skipped === 0 ? [] : [note(`Earlier and only counted: ${skipped}`)];
      return [...more, ...lines.map(line)];
    }
    case 'acknowledged': {
      const who = incident.acknowledged === null ? 'Somebody' : mention(personOf(incident.acknowledged.by));
      return [section(`:eyes: ${who} takes care of it.`)];
    }
    case 'resolved': {
      const how = escaped(incident.resolution ?? 'It is over.', sectionLimit - 200);
      return [section(`:white_check_mark: *Resolved.* ${how}`), note(spanOf(incident))];
    }
  }
}

const line = ({ text, at }: AlertOccurrence): SlackBlock =>
  section(`${moment(at)}: ${escaped(text, lineLimit)}`);

const mention = (person: string): string =>
  /^[UW][A-Z0-9]{2,30}$/.test(person) ? `<@${person}>` : escaped(person, 200);

function opened(incident: Incident): readonly SlackBlock[] {
  const { title, reason, since, link, command, retry, number } = incident;
  const value = JSON.stringify({ incident: incident.incident, number } satisfies ButtonValue);
  const safeLink = link !== null && /^https?:\/\/[^\s|<>]+$/.test(link) && link.length <= linkLimit;
  const where = safeLink ? ` · <${link.replaceAll('&', '&amp;')}|Temporal Web UI>` : '';
  const buttons = [
    ...(retry == null ? [] : [button('retry', 'Retry', value, 'primary')]),
    button('acknowledge', 'Acknowledge', value),
  ];
  return [
    { type: 'header', text: { type: 'plain_text', text: cut(title === '' ? 'Alert' : title, headerLimit) } },
    section(escaped(reason === '' ? 'No reason is known.' : reason, sectionLimit)),
    ...(command === null
      ? []
      : [section(`What helps: \`${escaped(command.replaceAll('`', "'"), sectionLimit - 50)}\``)]),
    note(`Since ${moment(since)}${where}`),
    // A watchdog keeps its own incident: a click could not be answered from the store.
    ...(incident.incident === offlineIncident || value.length > valueLimit
      ? []
      : [{ type: 'actions', elements: buttons }]),
  ];
}
