import type { Logger } from 'pino';
import type { AlertChannel } from '../alerts/channel.ts';
import { wordsOf } from '../alerts/words.ts';

/** Where no channel is set: an error in the log, and the same in plain words on stderr. */
export const createLoudChannel = (log: Logger): AlertChannel => ({
  name: 'log',
  paceMs: 0,
  async send({ incident, message, part }) {
    const words = wordsOf(incident, message);
    const fields = { incident: incident.incident, number: incident.number, told: message.kind };
    log[message.kind === 'resolved' ? 'warn' : 'error'](fields, words);
    process.stderr.write(`\n*** ${words.replaceAll('\n', '\n*** ')}\n\n`);
    return { outcome: 'sent', id: `${incident.number}/${part}` };
  },
  find: async () => ({ outcome: 'absent' }),
});
