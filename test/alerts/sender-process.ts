import { pino } from 'pino';
import { createAlertSender } from '../../client/alerts/sender.ts';
import { createSlackChannel } from '../../client/alerts/slack-channel.ts';
import { openStores } from '../../stores/open.ts';
import { localEgress } from '../support/egress.ts';

/** A sender in a process of its own, to be killed. */
const { URI: uri = '', DATABASE: database = '', SLACK: apiUrl, TOKEN: token = '' } = process.env;
const stores = await openStores({ uri, database });
const slack = createSlackChannel({ token, channel: '#airtable', apiUrl, egress: localEgress });
createAlertSender({ stores, channels: [slack], log: pino({ level: 'silent' }) }).start();
