import type { Logger } from 'pino';
import type { Egress } from '../../platform/egress.ts';
import type { AlertSettings } from '../../platform/settings-alerts.ts';
import type { AlertChannel } from './channel.ts';
import { createLogChannel } from './log-channel.ts';
import { createSlackChannel } from './slack-channel.ts';
import { createWebhookChannel } from './webhook.ts';

/** The channels that the settings name; where they name none, the log. */
export function alertChannels(
  { slack, webhook }: Pick<AlertSettings, 'slack' | 'webhook'>,
  { egress, log }: { readonly egress: Pick<Egress, 'fetch'>; readonly log: Logger },
): readonly AlertChannel[] {
  const channels = [
    ...(slack === null ? [] : [createSlackChannel({ ...slack, egress })]),
    ...(webhook === null ? [] : [createWebhookChannel({ ...webhook, egress })]),
  ];
  return channels.length > 0 ? channels : [createLogChannel(log)];
}
