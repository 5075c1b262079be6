import type { Logger } from 'pino';
import type { AlertChannel } from './channel.ts';
import { wordsOf } from './words.ts';

/** Where nothing else is set, incidents are told to the log of the process. */
export const createLogChannel = (log: Logger): AlertChannel => ({
  name: 'log',
  paceMs: 0,
  async send({ incident, message, part }) {
    const fields = { incident: incident.incident, number: incident.number, told: message.kind };
    const level = message.kind === 'opened' || message.kind === 'lines' ? 'warn' : 'info';
    log[level](fields, `alert: ${wordsOf(incident, message)}`);
    return { outcome: 'sent', id: `${incident.number}/${part}` };
  },
  find: async () => ({ outcome: 'absent' }),
});
