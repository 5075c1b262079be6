import type { OnRetry } from './interactions.ts';
import type { AlertSender } from './sender.ts';

/** What the API has of alerts. */
export interface AlertPorts extends Pick<AlertSender, 'kick' | 'channels'> {
  /** Signs the clicks that Slack tells of; null: they are refused. */
  readonly slackSigningSecret: string | null;
  /** Missing: nothing can be retried from Slack. */
  readonly onRetry?: OnRetry;
}

/** Alerts are listed, and nobody is told of them by this API. */
export const withoutAlerts: AlertPorts = { kick: () => undefined, channels: [], slackSigningSecret: null };
